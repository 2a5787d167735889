import { AppError } from "@millrace/model";

/** Flags of a service's command line: `--name value`, `--name=value`. Which names there are is the schema's to say. */
export function parseFlags(args: readonly string[]): Readonly<Record<string, string>> {
  const flags: Record<string, string> = {};
  for (let index = 0; index < args.length; index++) {
    const [name, ...rest] = (args[index] ?? "").split("=");
    if (name?.startsWith("--") !== true) {
      throw new AppError({
        kind: "invalid",
        code: "unknown-setting",
        message: "settings are given as --name value",
        context: { setting: args[index] },
      });
    }
    const value = rest.length > 0 ? rest.join("=") : args[++index];
    if (value === undefined) {
      throw new AppError({
        kind: "invalid",
        code: "invalid-setting",
        message: "flag has no value: give it as --name value",
        context: { setting: name },
      });
    }
    flags[name.slice(2)] = value;
  }
  return flags;
}
