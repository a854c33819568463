/** The module `reasoning-lab` as reward files import it; bundled as `dist/reasoning-lab.mjs`. */
export type * from "./contract";
export { splitReasoning, type SplitReasoning } from "../verifiers/format/split-reasoning";
