/** The servers that are held against each other, ours first. */
export const serverNames = {
  node: "Lianzheng node",
  nothing: "the same route, storing nothing",
  plain: "bare Fastify with a schema, storing nothing",
  synced: "Fastify, one synced LevelDB put per record",
} as const;
export type ServerName = keyof typeof serverNames;
