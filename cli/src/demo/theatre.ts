import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Narrator } from "./narrator.ts";
import type { Service } from "./processes.ts";

/** Where the story is played: a folder for what stays, one for what runs, and the processes that run. */
export class Theatre {
  readonly narrator: Narrator;
  /** What the demo leaves behind. */
  readonly out: string;
  readonly #services: Service[] = [];

  constructor(out: string, narrator: Narrator) {
    this.out = out;
    this.narrator = narrator;
  }

  /** Folder of the chain and the nodes while they run. */
  get network(): string {
    return join(this.out, "network");
  }

  /** Counts a service among those to stop. */
  run<Running extends Service>(service: Running): Running {
    this.#services.push(service);
    return service;
  }

  /** Stops everything, the last started first; a node needs its chain until its own end. */
  async stop(): Promise<number> {
    const running = this.#services.splice(0).reverse();
    for (const service of running) await service.stop();
    return running.length;
  }

  /** Stops everything and takes away the keys that the nodes had. */
  async clear(): Promise<void> {
    await this.stop();
    await rm(this.network, { recursive: true, force: true });
  }
}
