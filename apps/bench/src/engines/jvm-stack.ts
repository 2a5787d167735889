import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "@millrace/model";

/** A set of jars; for engines with programs of ours in `engines/<stack>`. */
export type Stack = "kafka" | "flink" | "spark";

const SOURCES = fileURLToPath(new URL("../../engines/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/millrace-bench/engines/", import.meta.url));
const MAVEN_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
const MAVEN_MS_MAX = 900_000;

/**
 * Folder of a stack, its jars in `libs`: below the folder that was given, else fetched once by Maven from the coordinates in `engines/<stack>.pom.xml`.
 */
export function stackHome(stack: Stack, enginesHome: string | undefined): string {
  if (enginesHome !== undefined) {
    const home = join(enginesHome, stack);
    if (existsSync(join(home, "libs"))) return home;
    throw stackError("engine-not-found", `${join(home, "libs")} is missing: --engines-home takes a folder with ${stack}/libs/*.jar`);
  }
  const pom = join(SOURCES, `${stack}.pom.xml`);
  const home = join(CACHE, `${stack}-${digestOf([pom])}`);
  if (existsSync(home)) return home;
  process.stderr.write(`fetching the jars of ${stack} with Maven\n`);
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  run("mvn", ["-q", "-B", "-f", pom, MAVEN_GOAL, "-DincludeScope=runtime", `-DoutputDirectory=${join(fresh, "libs")}`], stack);
  renameSync(fresh, home);
  return home;
}

/** Class path of a stack with our programs for it, compiled once for each version of their sources. */
export function classPathOf(stack: Stack, home: string): string {
  const sources = ["common", stack].flatMap((folder) =>
    readdirSync(join(SOURCES, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".java"))
      .map((file) => join(SOURCES, folder, file)),
  );
  const jars = join(home, "libs", "*");
  const classes = join(CACHE, `${stack}-classes-${digestOf(sources)}`);
  if (!existsSync(classes)) {
    const fresh = `${classes}.new`;
    mkdirSync(fresh, { recursive: true });
    run("javac", ["-nowarn", "-d", fresh, "-cp", jars, ...sources], stack);
    renameSync(fresh, classes);
  }
  return `${classes}:${jars}`;
}

/** Versions of what a stack is named after, by its jars. */
export function versionOf(home: string, jar: RegExp): string {
  const found = readdirSync(join(home, "libs")).find((file) => jar.test(file));
  return found === undefined ? "" : (jar.exec(found)?.[1] ?? "");
}

function run(program: string, args: readonly string[], stack: Stack): void {
  try {
    execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"], timeout: MAVEN_MS_MAX });
  } catch (error) {
    const message = `${program} could not make ${stack} ready: a comparison with engines needs a JDK of version 17 or later, and Maven unless --engines-home names their jars`;
    throw stackError("engine-not-ready", message, error);
  }
}

function digestOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

function stackError(code: string, message: string, cause?: unknown): AppError {
  return new AppError({ kind: "unavailable", code, message, cause });
}
