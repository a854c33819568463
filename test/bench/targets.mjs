// What each piece of work must reach beside PyTorch and TRL in the same run, and what we aim at.
export const targets = [
  { work: "SFT", engine: "simd", atLeast: 0.8, aim: 1.2 },
  { work: "generation", engine: "simd", atLeast: 2.5, aim: 5 },
  { work: "GRPO step, fixed lengths", engine: "simd", atLeast: 1.3, aim: 2 },
  { work: "GRPO, reference task, 100 steps", engine: "simd", atLeast: 2.5, aim: 5 },
  { work: "SFT", engine: "tensorflow", atLeast: 0.9, aim: 1.5 },
  { work: "generation", engine: "tensorflow", atLeast: 0.9, aim: 1.5 },
  { work: "start to first step", engine: "simd", most: 1.5, aim: 0.5 },
  { work: "peak memory, reference task", engine: "simd", most: 600, aim: 300 },
];
