/** Tables of `traces.sqlite`. Text and numbers per token lie apart from the summaries, so that lists read few pages. */

export const traceFormat = 1;

/** Columns of `rollouts` that stores of older versions lack: null there, and added when such a run goes on. */
export const addedColumns = ["correct", "row_id", "seen_id"] as const;
/** The same of `rollout_tokens`. */
export const addedTokenColumns = ["top_tokens", "top_logprobs"] as const;

/** Of `seen_id`: the model read `prompt` as it stands. */
export const seenAsWritten = 0;

/**
 * `shared_texts` holds once what many rollouts have: rows of the task (`row_id`) and prompts as the model read them (`seen_id`).
 * Full text is indexed by trigrams: a search finds what stands there, within words and between signs alike.
 * Blobs are little-endian: int32 token ids, float32 numbers, bytes for the clip flags; `top_tokens` and `top_logprobs` have as many of each token as
 * their length says.
 */
export const traceTables = `
CREATE TABLE IF NOT EXISTS rollouts (
  id INTEGER PRIMARY KEY,
  stage TEXT NOT NULL, step INTEGER NOT NULL, purpose TEXT NOT NULL, group_index INTEGER NOT NULL, sample INTEGER NOT NULL,
  prompt TEXT NOT NULL, completion TEXT NOT NULL, answer TEXT NOT NULL, extracted TEXT,
  finish_reason TEXT NOT NULL, rewards TEXT NOT NULL, errors INTEGER NOT NULL, reward REAL, advantage REAL,
  reward_hash TEXT, checkpoint TEXT, tags TEXT NOT NULL, length INTEGER NOT NULL,
  correct INTEGER, row_id INTEGER, seen_id INTEGER,
  UNIQUE (stage, step, purpose, group_index, sample)
);
CREATE TABLE IF NOT EXISTS shared_texts (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rollout_tokens (
  id INTEGER PRIMARY KEY,
  tokens BLOB NOT NULL, logprobs BLOB, old_logprobs BLOB, reference_logprobs BLOB, entropy BLOB, ratio BLOB, clipped BLOB,
  top_tokens BLOB, top_logprobs BLOB
);
CREATE TABLE IF NOT EXISTS vocabulary (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS rollout_text USING fts5 (
  prompt, completion, content = 'rollouts', content_rowid = 'id', tokenize = 'trigram'
);
CREATE TRIGGER IF NOT EXISTS rollout_added AFTER INSERT ON rollouts BEGIN
  INSERT INTO rollout_text (rowid, prompt, completion) VALUES (new.id, new.prompt, new.completion);
END;
CREATE TRIGGER IF NOT EXISTS rollout_removed AFTER DELETE ON rollouts BEGIN
  INSERT INTO rollout_text (rollout_text, rowid, prompt, completion) VALUES ('delete', old.id, old.prompt, old.completion);
  DELETE FROM rollout_tokens WHERE id = old.id;
END;
`;

/**
 * `rollout_numbers` answers filters and counts without the texts, `rollout_rewards` what rewards range over, `rollout_unjudged`
 * whether there are rollouts without a verdict, `rollout_steps` which steps there are, with their first and last ids; stores of older versions get them when their
 * run goes on, and are read without them until then.
 */
export const traceIndexes = `
CREATE INDEX IF NOT EXISTS rollout_numbers ON rollouts (
  stage, step, purpose, group_index, sample, reward, advantage, correct, length, finish_reason, errors, tags
);
CREATE INDEX IF NOT EXISTS rollout_rewards ON rollouts (stage, purpose, reward);
CREATE TABLE IF NOT EXISTS rollout_steps (
  stage TEXT NOT NULL, step INTEGER NOT NULL, purpose TEXT NOT NULL, rollouts INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (stage, step, purpose)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rollout_unjudged ON rollouts (id) WHERE correct IS NULL;
`;

const stepColumns = "stage, step, purpose, count(*) AS rollouts, min(id) AS first, max(id) AS last";

/** Steps as they are counted. */
export const countedSteps = `SELECT ${stepColumns} FROM rollouts GROUP BY stage, step, purpose`;
/** One step, bound by stage, step and purpose. */
export const countedStep = `SELECT ${stepColumns} FROM rollouts WHERE stage = ? AND step = ? AND purpose = ?`;
