import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { applicants, called, cast, council, councilThreshold } from "../cast.ts";
import type { Consortium, RunningChain } from "../consortium.ts";
import { admitMembers, foundConsortium, isAdmitted, makeKeys, startChain } from "../consortium.ts";
import { openExchange, prepareExchange } from "../exchange.ts";
import type { ExchangeFolder } from "../exchange.ts";
import type { Theatre } from "../theatre.ts";
import type { Venue } from "../venue.ts";

/** Everything that runs, once the curtain is up. */
export interface Stage {
  readonly running: RunningChain;
  readonly consortium: Consortium;
  readonly provincial: Venue;
  readonly sector: Venue;
}

/** A chain is started, the law is put on it, and the two exchanges set up their nodes. */
export async function openingScene(theatre: Theatre): Promise<Omit<Stage, "provincial" | "sector"> & Exchanges> {
  const { narrator, network } = theatre;
  await mkdir(network, { recursive: true, mode: 0o700 });
  const running = await startChain(network);
  theatre.run(running.chain);
  narrator.tell("chain 链", `${running.chainUrl}, one operator: it alone witnesses this chain 单一运营者，无其他见证`);
  const keys = makeKeys();
  const founded = await foundConsortium(running, keys);
  const { directory, ...contracts } = founded.ledger.deployment.contracts;
  narrator.tell("directory 目录", `${directory.address}, which anybody can ask where the law stands`);
  const placed = Number(await founded.ledger.directory.placed());
  narrator.expect(
    placed === Object.keys(contracts).length && (await founded.ledger.directory.isFounded()),
    "law 规则",
    `${Object.keys(contracts).length} contracts 合约: ${Object.keys(contracts).join(", ")}`,
  );
  const [provincial, sector] = await Promise.all([
    prepareExchange(founded, "provincialVenue", "log.qiongzhou.example/demo", join(network, "provincial")),
    prepareExchange(founded, "sectorVenue", "log.shipping.example/demo", join(network, "sector")),
  ]);
  const owners = { provincialVenue: provincial.memberKey, sectorVenue: sector.memberKey };
  return { running, consortium: { ...founded, keys: { ...keys, ...owners } }, exchanges: [provincial, sector] };
}

interface Exchanges {
  readonly exchanges: readonly [ExchangeFolder, ExchangeFolder];
}

/** Everyone applies, the council votes, and the exchanges open. */
export async function admissionScene(
  theatre: Theatre,
  { consortium, exchanges }: Pick<Stage, "consortium"> & Exchanges,
): Promise<Pick<Stage, "provincial" | "sector">> {
  const { narrator } = theatre;
  narrator.tell(
    "council 理事会",
    `${council.map((name) => called(cast[name])).join(", ")}; ${councilThreshold} votes decide, here on all applicants at once`,
  );
  await admitMembers(consortium);
  for (const name of applicants) {
    const role = cast[name];
    const what = role.tier === "none" ? role.kind : `${role.kind}, node of the ${role.tier}`;
    narrator.expect(await isAdmitted(consortium, role), "admitted 准入", `${role.uscc} ${called(role)}, ${what}`);
  }
  const [provincial, sector] = await Promise.all(exchanges.map((exchange) => openExchange(exchange)));
  if (provincial === undefined || sector === undefined) throw new TypeError("there are two exchanges");
  for (const venue of [provincial, sector]) {
    theatre.run(venue.service);
    narrator.tell("node 节点", `${venue.origin} at ${venue.url}, ${called(venue.role)}`);
  }
  return { provincial, sector };
}
