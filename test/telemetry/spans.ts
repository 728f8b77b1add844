import { AsyncLocalStorage } from "node:async_hooks";
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { Context, ContextManager } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";

/** Context in async hooks, as an SDK for Node has it. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (of, work, self, ...values) => storage.run(of, () => work.apply(self as never, values)),
    bind: (_of, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

/** Runs `work` with an SDK loaded, with or without its context manager, and gives the spans that ended. */
export async function withSpans<T>(
  work: (spans: () => readonly ReadableSpan[]) => Promise<T>,
  { contexts = true }: { readonly contexts?: boolean } = {},
): Promise<T> {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  if (contexts) context.setGlobalContextManager(contextManager());
  try {
    return await work(() => exporter.getFinishedSpans());
  } finally {
    trace.disable();
    context.disable();
    await provider.shutdown();
  }
}
