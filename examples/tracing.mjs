// Traces of a node on the console: node --import ./examples/tracing.mjs <the node's command>.
// For a collector put the exporter of your SDK where ConsoleSpanExporter stands.
import { AsyncLocalStorage } from "node:async_hooks";
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

// What @opentelemetry/context-async-hooks does, as far as a node needs it.
const storage = new AsyncLocalStorage();
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (of, work, self, ...values) => storage.run(of, () => work.apply(self, values)),
  bind: (of, target) =>
    typeof target === "function" ? (...values) => storage.run(of, () => target(...values)) : target,
  enable() {
    return this;
  },
  disable() {
    storage.disable();
    return this;
  },
});

const exporter = new ConsoleSpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
