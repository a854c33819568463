/** `reasoning-lab new FOLDER`. */
import { resolve } from "node:path";
import { createProject } from "../launch/create-project";
import { sampleFolder } from "../processes/installation";
import { projectSamples, projectSampleSchema } from "../protocol/project-samples";
import { print } from "../terminal/print";
import { command, required } from "./command";
import { choice } from "./options";

export const newCommand = command({
  name: "new",
  summary: "make a project to start with",
  details: `Samples: ${Object.entries(projectSamples)
    .map(([name, { title, about }]) => `${name} (${title}: ${about})`)
    .join(" ")}`,
  arguments: { folder: required("an empty or a new folder") },
  options: {
    sample: choice(projectSampleSchema.options, "what it is made of (default: chain-sum)"),
  },
  act: ({ folder }, { sample = "chain-sum" }, { installation }) => {
    print(`Made ${createProject(sampleFolder(installation, sample), resolve(folder))}`);
    return 0;
  },
});
