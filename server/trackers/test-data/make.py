"""Makes the files of this folder with the tools themselves: pip install tensorboard tensorboardX trackio transformers verl (verl with --no-deps)."""
import json, os, shutil, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
wall = 1764480000.25


def tensorboard_x():
    from tensorboardX import SummaryWriter

    folder = tempfile.mkdtemp()
    writer = SummaryWriter(folder)
    for step in range(1, 6):
        writer.add_scalar("train/reward", step / 8, step, walltime=wall + step)
        writer.add_scalar("actor/grad_norm", float("nan") if step == 3 else 1 / step, step, walltime=wall + step)
    writer.add_histogram("weights", [1.0, 2.0, 3.0], 5)
    writer.add_text("note", "hello", 5)
    writer.close()
    (name,) = os.listdir(folder)
    shutil.copy(os.path.join(folder, name), os.path.join(here, "tensorboardX.tfevents"))


def tensorboard_tensors():
    """Numbers as TensorFlow 2 writes them: tensors of the plugin `scalars`."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    folder = tempfile.mkdtemp()
    writer = EventFileWriter(folder)
    for step in range(1, 4):
        writer.add_event(Event(wall_time=wall + step, step=step, summary=scalar_pb("loss", 1 / step)))
    writer.close()
    (name,) = os.listdir(folder)
    shutil.copy(os.path.join(folder, name), os.path.join(here, "tensors.tfevents"))


def trackio():
    if os.path.exists(os.path.join(here, "trackio.db")):
        os.remove(os.path.join(here, "trackio.db"))
    folder = tempfile.mkdtemp()
    os.environ["TRACKIO_DIR"] = folder
    import trackio as tracker

    for run in ["run-a", "run-b"]:
        tracker.init(project="demo", name=run)
        for step in range(1, 4):
            tracker.log({"reward": step / 8, "kl": float("inf") if step == 2 else 0.01 * step, "note": "hello"}, step=step)
        tracker.finish()
    import sqlite3

    store = sqlite3.connect(os.path.join(folder, "demo.db"), isolation_level=None)
    # Small pages: the file has many tables that are empty.
    for statement in ["pragma journal_mode = delete", "pragma page_size = 512", "vacuum"]:
        store.execute(statement)
    store.execute("vacuum into ?", (os.path.join(here, "trackio.db"),))


def trainer_state():
    from transformers.trainer_callback import TrainerState

    history = [
        {
            "step": step,
            "epoch": step / 10,
            "loss": float("nan") if step == 2 else 0.5 / step,
            "grad_norm": 0.3,
            "learning_rate": 1e-6,
            "reward": step / 8,
            "reward_std": 0.1,
            "rewards/accuracy_reward/mean": step / 8,
            "completions/mean_length": 100.0 + step,
            "completions/clipped_ratio": 0.25,
            "frac_reward_zero_std": 0.5,
            "entropy": 0.4,
        }
        for step in range(1, 4)
    ] + [{"step": 3, "eval_loss": 0.7, "eval_reward": 0.4}]
    TrainerState(global_step=3, max_steps=3, log_history=history).save_to_json(os.path.join(here, "trainer_state.json"))


def verl():
    path = os.path.join(here, "verl.jsonl")
    if os.path.exists(path):
        os.remove(path)
    os.environ["VERL_FILE_LOGGER_PATH"] = path
    source = open(sys.argv[1]).read()
    # The class alone: importing verl asks for torch.
    start = source.index("class FileLogger")
    names = {}
    exec("import os, json\nfrom pathlib import Path\nimport orjson\n" + source[start:].split("\nclass ", 1)[0], names)
    logger = names["FileLogger"]("project", "experiment")
    for step in range(1, 4):
        logger.log(
            {"critic/score/mean": step / 8, "critic/rewards/mean": step / 8 - 0.01, "actor/kl_loss": 0.01 * step, "response_length/mean": 90.5, "actor/lr": 1e-6},
            step,
        )


for make in [tensorboard_x, tensorboard_tensors, trackio, trainer_state, *([verl] if len(sys.argv) > 1 else [])]:
    make()
