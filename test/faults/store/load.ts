import { erasable } from "./oracle.ts";
import type { StoreNode } from "./store-node.ts";

const kinds = ["one", "array", "stream"] as const;

/** Several clients at once, each with its next request when the last is answered, until `isOver` or the process is gone. */
export async function loadUntil(store: StoreNode, name: string, isOver: () => boolean, clients = 6): Promise<void> {
  const client = async (number: number): Promise<void> => {
    for (let at = 0; !isOver(); at++) {
      const key = `${name}.${number}.${at}`;
      const target = at % 4 === number % 4 ? erasable(store).at(-1 - number) : undefined;
      const answer =
        target === undefined
          ? await store.submit(key, kinds[(number + at) % kinds.length], number % 2 === 0 ? 0 : 1)
          : await store.erase(key, target);
      if (answer === undefined) return;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
}
