// What the workbench gets in place of @vscode/spdlog, whose compiled part only a compiler or GitHub can give: the same loggers, in plain Node.
const { appendFileSync, mkdirSync } = require("node:fs");
const { dirname } = require("node:path");

const levels = ["trace", "debug", "info", "warn", "error", "critical"];
let shared = 2;

class Logger {
  constructor(_type, _name, file) {
    mkdirSync(dirname(file), { recursive: true });
    this.file = file;
    this.level = shared;
    this.bare = false;
  }
  write(level, text) {
    if (level < this.level) return;
    appendFileSync(this.file, this.bare ? text : `${new Date().toISOString()} [${levels[level]}] ${text}\n`);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  clearFormatters() {
    this.bare = true;
  }
  setPattern() {}
  flush() {}
  drop() {}
}
for (const [level, name] of levels.entries()) {
  Logger.prototype[name] = function (text) {
    this.write(level, text);
  };
}

exports.version = 0;
exports.setFlushOn = () => undefined;
exports.setLevel = (level) => (shared = level);
exports.Logger = Logger;
exports.createRotatingLogger = async (name, file) => new Logger("rotating", name, file);
exports.createAsyncRotatingLogger = async (name, file) => new Logger("rotating_async", name, file);
