import { contractFactories, contractInterfaces } from "@lianzheng/sdk/contracts";
import { foundingNames, type ContractName, type FoundingName } from "@lianzheng/sdk/chain";
import { concatBytes, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import {
  caseProcedure,
  councilPeriods,
  emergencyRules,
  requirements,
  requirementsSource,
  reviewRules,
} from "./charter.ts";
import { founderArguments, type Council } from "./council.ts";

/** Where each founding contract stands or will stand. */
export type Places = Readonly<Record<FoundingName, Hex>>;

/** What a founding council decides by ordinary votes; everything else, also what nobody thought of, is constitutional. */
const ordinaryActs: Readonly<Partial<Record<ContractName, readonly string[]>>> = {
  members: [
    "admit",
    "refuse",
    "addKind",
    "withdrawKind",
    "setTier",
    "setParent",
    "suspend",
    "reinstate",
    "expel",
    "recover",
  ],
  emergency: ["confirm", "lift"],
  // Who adds validators can give a few members the blocks, and so which transactions come in: only taking one out is urgent.
  validators: ["remove"],
};

/**
 * Creation code of each founding contract, with its arguments.
 *
 * @throws ChainError C_DEPLOYMENT_FAILED naming the field: what a constructor would refuse is refused before it costs a
 *   transaction
 */
export function creationCodes(council: Council, places: Places): Readonly<Record<FoundingName, Hex>> {
  const values = constructorArguments(council, places);
  const creationOf = (name: FoundingName): Hex => {
    const factory = new contractFactories[name]();
    const encoded = factory.interface.encodeDeploy(values[name]);
    return toHex(concatBytes(fromHex(factory.bytecode), fromHex(encoded)));
  };
  return Object.fromEntries(foundingNames.map((name) => [name, creationOf(name)])) as Record<FoundingName, Hex>;
}

function constructorArguments(council: Council, places: Places): Readonly<Record<FoundingName, readonly unknown[]>> {
  const { members, cases, emergency, attestations, registry, consents, rights } = places;
  const founders = founderArguments(council);
  return {
    members: [founders, places.council, emergency],
    council: [members, founders.map(({ member }) => member), councilRules(council.threshold), ordinaryList(places)],
    emergency: [members, places.council, emergencyRules],
    cases: [members, places.council, caseProcedure],
    attestations: [members, places.council, cases, requirements, requirementsSource],
    registry: [members, places.council, cases, emergency, rights, reviewRules],
    consents: [members, registry],
    rights: [members, registry, consents, cases, emergency, attestations],
    trades: [members, rights, cases, emergency],
    evidenceLogs: [members],
    // Until the council names validators of its own, the founding keys stand for them: nothing asks before a chain runs by contract.
    validators: [places.council, members, founders.map(({ key, member }) => ({ validator: key, member }))],
    policies: [places.council],
  };
}

const councilRules = (threshold: number) => ({
  ordinary: { threshold, ...councilPeriods.ordinary },
  constitutional: { threshold, ...councilPeriods.constitutional },
});

const ordinaryList = (places: Places): readonly { readonly target: Hex; readonly selector: string }[] =>
  foundingNames.flatMap((name) =>
    (ordinaryActs[name] ?? []).map((act) => ({
      target: places[name],
      selector: selectorOf(name, act),
    })),
  );

function selectorOf(name: FoundingName, act: string): string {
  const found = contractInterfaces[name].getFunction(act);
  if (found === null) throw new TypeError(`${name} has no function ${act}`);
  return found.selector;
}
