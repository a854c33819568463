"""Makes the Parquet files beside it, as the Python side writes them: pip install pyarrow, then python make.py"""

import datetime
import decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent
Decimal = decimal.Decimal

# What verl's data preparation writes.
verl = pa.table(
    {
        "data_source": ["openai/gsm8k"] * 3,
        "prompt": [[{"role": "user", "content": f"What is {n} + {n}? é"}] for n in range(3)],
        "ability": ["math"] * 3,
        "reward_model": [{"ground_truth": str(2 * n), "style": "rule"} for n in range(3)],
        "extra_info": [{"index": 9007199254740993 + n, "split": "train"} for n in range(3)],
    }
)
pq.write_table(verl, here / "verl.parquet", compression="snappy")

types = pa.table(
    {
        "int64": pa.array([12345678901234567, 9007199254740993, None], pa.int64()),
        "uint64": pa.array([18446744073709551615, 1, None], pa.uint64()),
        "decimal": pa.array([Decimal("12345678901234567890.123"), Decimal("-0.5"), None], pa.decimal128(38, 3)),
        "decimals": pa.array([[Decimal("1.5")], [], None], pa.list_(pa.decimal128(10, 3))),
        "double": pa.array([0.1, float("nan"), None]),
        "float": pa.array([0.5, float("-inf"), None], pa.float32()),
        "bool": pa.array([True, False, None]),
        "bytes": pa.array([b"\xff\x00", b"abc", None]),
        "time": pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 678901), datetime.datetime(1960, 1, 2), None], pa.timestamp("us")),
        "day": pa.array([datetime.date(2024, 1, 2), datetime.date(1960, 1, 2), None]),
        "nested": pa.array([[[1], [2, 3]], [[]], None]),
        "map": pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int64())),
        "a.b": ["x", "y", "z"],
        "category": pa.array(["p", "q", "p"]).dictionary_encode(),
        "empty": pa.array([None, None, None], pa.int32()),
    }
)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(types, here / f"types-{codec}.parquet", compression=codec, row_group_size=2)
pq.write_table(types, here / "types-v2.parquet", data_page_version="2.0", compression="zstd")
