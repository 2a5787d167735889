// Runs in a child process: imports a bundle, builds its job, sends the graph or what went wrong. User code may do anything, so it does it here.
import { pathToFileURL } from "node:url";

/** What the child tells its parent, once. */
export type BuildReport = { readonly graphJson: string } | { readonly error: BuildFailure };

/** What a module threw, as far as it can be sent. */
export interface BuildFailure {
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

async function report(bundlePath: string): Promise<BuildReport> {
  try {
    const module: unknown = await import(pathToFileURL(bundlePath).href);
    return { graphJson: JSON.stringify(buildOf(module)) };
  } catch (error) {
    return { error: describe(error) };
  }
}

/** The bundle carries its own copy of the streams library; the default export builds itself by it. */
function buildOf(module: unknown): unknown {
  const job: unknown = typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
  if (typeof job === "object" && job !== null && "millraceJob" in job && "build" in job && typeof job.build === "function") {
    const definition: unknown = Reflect.apply(job.build, job, []);
    if (typeof definition === "object" && definition !== null && "graph" in definition) return definition.graph;
  }
  throw Object.assign(new Error('the module does not export a job: write `export default job("name", (ctx) => { ... })`'), {
    code: "not-a-job",
  });
}

function describe(error: unknown): BuildFailure {
  if (!(error instanceof Error)) return { message: String(error), stack: "" };
  const { message, stack = "", name } = error;
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : name === "Error" ? message : `${name}: ${message}`;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const context =
    "context" in error && typeof error.context === "object" && error.context !== null ? { context: { ...error.context } } : {};
  return { message: reason, stack, ...code, ...context };
}

const [bundlePath] = process.argv.slice(2);
if (bundlePath !== undefined && process.send !== undefined) {
  process.send(await report(bundlePath), () => {
    process.exit(0); // whatever the module started
  });
}
