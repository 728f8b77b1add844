import { count, text } from "../facts.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Validators`: who seals blocks, and whose they are. */
export const validators: Handlers = {
  ValidatorAdded: async ({ facts }, draft) => {
    const validator = text(facts, "validator");
    const [member, addedIn] = [text(facts, "member"), count(facts, "version")];
    await draft.put("validators", validator, { validator, member, addedIn, removedIn: 0 });
    await draft.note("validators", validator);
  },
  ValidatorRemoved: async ({ facts }, draft) => {
    const validator = text(facts, "validator");
    await draft.change("validators", validator, () => ({ removedIn: count(facts, "version") }));
    await draft.note("validators", validator);
  },
  // The set as a whole: each change of it came with one of the events above.
  ValidatorsSet: nothing,
};

/** Of `Directory`: which contract stands for which name. */
export const directory: Handlers = {
  VersionEntered: async ({ facts, place }, draft) => {
    const name = nameOf(text(facts, "name"));
    const version = count(facts, "version");
    const { block: since } = place;
    const [contract, codeHash, release] = [text(facts, "place"), text(facts, "codeHash"), text(facts, "release")];
    await draft.put("versions", `${name}/${version}`, { name, version, place: contract, codeHash, release, since });
  },
};

/** ASCII, followed by zeros. */
function nameOf(bytes: string): string {
  return Buffer.from(bytes.slice(2), "hex").toString("latin1").replaceAll("\0", "");
}
