"""Math-Verify on sets of {completion, gold} from stdin: {name: {scores, seconds}} to stdout."""

import json
import logging
import sys
import time

from math_verify import parse, verify

logging.disable(logging.CRITICAL)

answers = {}
for name, samples in json.load(sys.stdin).items():
    start = time.perf_counter()
    scores = []
    for sample in samples:
        try:
            scores.append(int(bool(verify(parse(sample["gold"]), parse(sample["completion"])))))
        except Exception:
            scores.append(0)
    answers[name] = {"scores": scores, "seconds": time.perf_counter() - start}
json.dump(answers, sys.stdout)
