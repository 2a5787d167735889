import { errors } from "../errors.ts";

/** A table or column name, schema allowed (`sales.orders`), quoted so that it is nothing else. */
export function quotedName(name: string): string {
  const steps = name.split(".");
  if (steps.length <= 2 && steps.every((step) => /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(step)))
    return steps.map((step) => `"${step}"`).join(".");
  throw errors.option("postgres", `${JSON.stringify(name)} is no name of a table or column: letters, digits and _, one dot for the schema`);
}
