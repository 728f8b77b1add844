import { enableCompileCache } from "node:module";

// Most of a short command's time is reading its sources; what was compiled once is kept in the system's folder for temporary files.
enableCompileCache();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2), process);
