import type { KindName, Tier } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { usccCheckCharacter } from "@lianzheng/sdk/record";

/** A part in the story. */
export type RoleName =
  | "bureau"
  | "association"
  | "institute"
  | "provincialVenue"
  | "sectorVenue"
  | "airline"
  | "weather"
  | "processor"
  | "insurer"
  | "auditor"
  | "notary";

/** An organisation of the story. All are invented; what they do with real data sets is the demo. */
export interface Role {
  readonly name: RoleName;
  /** Unified social credit code (GB 32100-2015), 18 characters. */
  readonly uscc: string;
  readonly english: string;
  readonly chinese: string;
  /** What the organisation is in the consortium. */
  readonly kind: KindName;
  /** Level of its node in the 1+N+X of the plan; only the exchanges run nodes here. */
  readonly tier: keyof typeof Tier;
}

/** Codes without their last character, which is computed: the numbers are invented, the arithmetic is not. */
const parts: readonly (readonly [RoleName, string, string, string, Role["kind"]])[] = [
  ["bureau", "11460000MB0DEM017", "Data Bureau", "数据局", "regulator"],
  ["association", "51460000MJ0DEM024", "Data Trade Association", "数据交易协会", "regulator"],
  ["institute", "12460000MB0DEM033", "Institute of Standards", "标准化研究院", "certifier"],
  ["provincialVenue", "91460000MA5DEM119", "Qiongzhou Data Exchange", "琼州数据交易所", "venue"],
  ["sectorVenue", "91460000MA5DEM127", "Aviation and Shipping Data Exchange", "航运数据行业交易平台", "venue"],
  ["airline", "91460000MA5DEM215", "Seabreeze Aviation", "海风航空", "supplier"],
  ["weather", "91460000MA5DEM223", "Southern Sky Weather", "南天气象", "supplier"],
  ["processor", "91460000MA5DEM311", "Cloudbridge Analytics", "云桥数据", "processor"],
  ["insurer", "91460000MA5DEM418", "Coconut Grove Insurance", "椰林保险", "operator"],
  ["auditor", "91460000MA5DEM514", "Mangrove Audit", "红树林审计", "auditor"],
  ["notary", "12460000MB0DEM615", "Bay Notary Office", "海湾公证处", "notary"],
];

const tiers: Readonly<Partial<Record<RoleName, Role["tier"]>>> = { provincialVenue: "province", sectorVenue: "sector" };

/** Everyone in the story, by the name of the part. */
export const cast: Readonly<Record<RoleName, Role>> = Object.fromEntries(
  parts.map(([name, first17, english, chinese, kind]) => [
    name,
    { name, uscc: first17 + usccCheckCharacter(first17), english, chinese, kind, tier: tiers[name] ?? "none" },
  ]),
) as Record<RoleName, Role>;

/** Those who found the consortium and vote on the others. */
export const council: readonly RoleName[] = ["bureau", "association", "institute"];

/** Votes that admit a member. */
export const councilThreshold = 2;

/** Those whom the council admits, in this order. */
export const applicants: readonly RoleName[] = [
  "provincialVenue",
  "sectorVenue",
  "airline",
  "weather",
  "processor",
  "insurer",
  "auditor",
  "notary",
];

/** In the place of a member where there is none. */
export const NOBODY: Hex = `0x${"00".repeat(18)}`;

/** Name in both languages. */
export function called({ english, chinese }: Role): string {
  return `${english} ${chinese}`;
}
