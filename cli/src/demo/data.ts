import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Hex } from "@lianzheng/sdk/encoding";
import { CliError } from "../errors.ts";
import type { RoleName } from "./cast.ts";

/** A data set of the npm package vega-datasets, held by one of the suppliers. */
export interface DataSet {
  readonly file: string;
  readonly holder: RoleName;
  readonly english: string;
  readonly chinese: string;
}

/** What the registration of a data set leans on. */
export interface DigestedSet extends DataSet {
  readonly bytes: number;
  /** SHA-256 of the file as it stands. */
  readonly digest: Hex;
}

/** Ten data sets, 2 KB to 10 MB. */
const dataSets: readonly DataSet[] = [
  { file: "flights-200k.json", holder: "airline", english: "Flight delays, 231,083 flights", chinese: "航班延误明细" },
  { file: "airports.csv", holder: "airline", english: "Airports", chinese: "机场名录" },
  { file: "flights-airport.csv", holder: "airline", english: "Flights between airports", chinese: "机场间航班量" },
  { file: "birdstrikes.csv", holder: "airline", english: "Bird strikes", chinese: "鸟击事件" },
  { file: "us-10m.json", holder: "airline", english: "County boundaries", chinese: "行政区划边界" },
  { file: "seattle-weather.csv", holder: "weather", english: "Daily weather", chinese: "逐日天气" },
  {
    file: "seattle-weather-hourly-normals.csv",
    holder: "weather",
    english: "Hourly weather normals",
    chinese: "逐时气候标准值",
  },
  { file: "global-temp.csv", holder: "weather", english: "Global temperature", chinese: "全球气温距平" },
  { file: "co2-concentration.csv", holder: "weather", english: "CO₂ at Mauna Loa", chinese: "二氧化碳浓度" },
  { file: "earthquakes.json", holder: "weather", english: "Earthquakes of a week", chinese: "一周地震目录" },
];

/** The file whose rows are delivered through an API. */
export const deliveredFile = "flights-200k.json";

/**
 * Digests every data set as a stream, so that the size of a file does not matter.
 *
 * @throws CliError E_FILE_ABSENT if the package vega-datasets is not installed
 */
export async function digestDataSets(): Promise<readonly DigestedSet[]> {
  return Promise.all(dataSets.map(async (set) => ({ ...set, ...(await digestFile(pathOf(set.file))) })));
}

async function digestFile(path: string): Promise<{ readonly bytes: number; readonly digest: Hex }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, digest: `0x${hash.digest("hex")}` };
}

/** The first `count` rows of the delivered file, each as the line of JSON in which it is handed over. */
export async function rowsToDeliver(count: number): Promise<readonly string[]> {
  const rows = JSON.parse(await readFile(pathOf(deliveredFile), "utf8")) as readonly unknown[];
  return rows.slice(0, count).map((row) => JSON.stringify(row));
}

/** The package exports its code only; its files lie beside that. */
function pathOf(file: string): string {
  try {
    return fileURLToPath(new URL(`../data/${file}`, import.meta.resolve("vega-datasets")));
  } catch (error) {
    throw new CliError(
      "E_FILE_ABSENT",
      "the data sets of the demo are not installed; run npm ci in the project's folder",
      {},
      error,
    );
  }
}
