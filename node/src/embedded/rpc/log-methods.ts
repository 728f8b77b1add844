import { queryLogs } from "./blocks.ts";
import { formatLog } from "./format.ts";
import type { Method, MethodContext, Methods } from "./method.ts";
import { toDataParam, toFilterParam } from "./params.ts";

/** A method whose only parameter is a filter's id. */
function ofFilter(answer: (context: MethodContext, id: string) => unknown): Method {
  return { parameters: 1, answer: (context, params) => answer(context, toDataParam(params[0], "0")) };
}

/** Logs, once or as they come. */
export const logMethods: Methods = {
  eth_getLogs: {
    parameters: 1,
    answer: async ({ backend }, params) => (await queryLogs(backend, toFilterParam(params[0], "0"))).map(formatLog),
  },
  eth_newFilter: { parameters: 1, answer: ({ filters }, params) => filters.add(toFilterParam(params[0], "0")) },
  eth_newBlockFilter: { parameters: 0, answer: ({ filters }) => filters.add() },
  eth_uninstallFilter: ofFilter(({ filters }, id) => filters.remove(id)),
  eth_getFilterChanges: ofFilter(({ filters }, id) => filters.changes(id)),
  eth_getFilterLogs: ofFilter(({ filters }, id) => filters.logs(id)),
};
