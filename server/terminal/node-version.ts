/** Imported first: a Node that lacks what the rest imports would end with a stack trace. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(`Reasoning Lab needs Node 22.13 or later; this is ${process.versions.node} (${process.execPath}).`);
  process.exit(1);
}
