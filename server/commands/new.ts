/** `reasoning-lab new FOLDER`. */
import { resolve } from "node:path";
import { createProject } from "../launch/create-project";
import { sampleFolder } from "../processes/installation";
import { print } from "../terminal/print";
import { command, required } from "./command";

export const newCommand = command({
  name: "new",
  summary: "make a project to start with",
  arguments: { folder: required("an empty or a new folder") },
  options: {},
  act: ({ folder }, _, { installation }) => {
    print(`Made ${createProject(sampleFolder(installation), resolve(folder))}`);
    return 0;
  },
});
