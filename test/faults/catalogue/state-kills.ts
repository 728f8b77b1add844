import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { builtProgram, ended } from "../store/program.ts";
import { writers } from "../store/state-writer.ts";

const writer = join(import.meta.dirname, "../store/state-writer.ts");

export const stateKillCases: readonly FaultCase[] = [
  {
    id: "F-K14",
    title: "killed while a room writes its own file: whole, and no older than what was acknowledged, each time",
    how: "kill -9 after a random time, seeded, on a process that writes webhooks, anchoring, witness or tokens",
    run: async (context: FaultContext): Promise<void> => {
      for (const whose of writers) {
        const folder = join(await context.folder(), whose);
        await mkdir(folder, { recursive: true });
        let newest = 0;
        let busy = 0;
        for (let round = 0; round < (context.isLong ? 100 : 4); round++) {
          newest = await killedWhileWriting(context, whose, folder, newest);
          // The name of the new file is the lock between two commands: a crash leaves it, and whoever is told removes it.
          if (whose === "tokens" && (await isLeft(join(folder, "tokens.json.new")))) busy += 1;
        }
        context.say(`${whose}: ${newest} writes outlived it${busy > 0 ? `, ${busy} locks were left` : ""}`);
        expect(newest, whose).to.be.greaterThan(4);
      }
    },
  },
];

/** @returns the newest number that a reader finds after the kill @throws Error if it is older than what was acknowledged */
async function killedWhileWriting(
  { random }: FaultContext,
  whose: (typeof writers)[number],
  folder: string,
  before: number,
): Promise<number> {
  const child = await run(whose, folder);
  const end = ended(child);
  let told = "";
  child.stdout.on("data", (text: string) => (told += text));
  // Until it has written twice: how long a start takes says nothing.
  while (told.split("\n").length < 4 && child.exitCode === null) await pause(5);
  await pause(10 + random() * 60);
  child.kill("SIGKILL");
  const { stdout, stderr, signal } = await end;
  expect(signal, `${whose}: ${stderr.slice(-500)}`).to.equal("SIGKILL");
  const acknowledged = Number(stdout.split("\n").at(-2) ?? Number.NaN);
  if (!(acknowledged >= before)) throw new Error(`${whose}: ${acknowledged} after ${before}: ${stderr.slice(-500)}`);
  const reading = await ended(await run(whose, folder, "read"));
  if (reading.status !== 0) throw new Error(`${whose} cannot be read after the kill: ${reading.stderr.slice(-500)}`);
  const newest = Number(reading.stdout);
  // One write more may have come to its end than was told of.
  expect(newest, whose).to.be.within(acknowledged, acknowledged + 1);
  return newest;
}

async function run(...args: readonly string[]) {
  const { file, compileCache } = await builtProgram(writer);
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  return spawn(process.execPath, [file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

async function isLeft(path: string): Promise<boolean> {
  return await rm(path).then(
    () => true,
    () => false,
  );
}
