import { join } from "node:path";
import { type BadCase, type BadWorld, service, writeBelow } from "./bad-case.ts";

const FREE = ["--listen-address", "127.0.0.1:0", "--admin-address", "off"];
const FREE_DEV = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", "0"];

const port = (world: BadWorld): string => world.address.split(":").at(-1) ?? "";

/** Services that cannot start: ports, folders, settings, Redis. */
export const serviceCases: readonly BadCase[] = [
  {
    name: "dev: port in use",
    code: "port-in-use",
    mentions: [/choose another port/],
    run: service((world) => [
      "dev",
      "--data-dir",
      join(world.folder, "other"),
      "--coordinator-port",
      "0",
      "--admin-port",
      "0",
      "--broker-port",
      port(world),
    ]),
  },
  {
    name: "broker: port in use",
    code: "port-in-use",
    mentions: [/choose another port/],
    run: service((world) => [
      "broker",
      "--data-folder",
      join(world.folder, "port"),
      "--admin-address",
      "off",
      "--listen-address",
      world.address,
    ]),
  },
  {
    name: "coordinator: admin port in use",
    code: "port-in-use",
    mentions: ["admin-address"],
    run: service((world) => [
      "coordinator",
      "--store",
      world.safeRedisUrl,
      "--listen-address",
      "127.0.0.1:0",
      "--admin-address",
      world.address,
    ]),
  },
  {
    name: "dev: data folder in use",
    code: "folder-in-use",
    mentions: [/choose another folder/],
    run: service((world) => ["dev", "--data-dir", world.dataDir, ...FREE_DEV]),
  },
  {
    name: "broker: data folder in use",
    code: "folder-in-use",
    mentions: [/choose another folder/, "broker"],
    run: service((world) => ["broker", "--data-folder", join(world.dataDir, "broker"), ...FREE]),
  },
  {
    name: "broker: data folder of a newer format",
    code: "folder-newer-format",
    mentions: [/version|upgrade|newer/i, "99"],
    run: service((world) => {
      writeBelow(world, "newer/millrace-folder.json", JSON.stringify({ formatVersion: 99, folderId: "00" }));
      return ["broker", "--data-folder", join(world.folder, "newer"), ...FREE];
    }),
  },
  {
    name: "broker: a folder with something else in it",
    code: "folder-foreign",
    mentions: ["holiday.txt"],
    run: service((world) => {
      writeBelow(world, "foreign/holiday.txt", "sun");
      return ["broker", "--data-folder", join(world.folder, "foreign"), ...FREE];
    }),
  },
  {
    name: "broker: unknown flag",
    code: "unknown-setting",
    mentions: ["--data-foler", "nearest=--data-folder"],
    run: service(() => ["broker", "--data-foler", "x"]),
  },
  {
    name: "coordinator: unknown environment variable",
    code: "unknown-setting",
    mentions: ["MILLRACE_LEASE_TTL", "MILLRACE_LEASE_TTL_MS"],
    run: service(() => ["coordinator", ...FREE], { env: { MILLRACE_LEASE_TTL: "3000" } }),
  },
  {
    name: "broker: a word for a number",
    code: "invalid-setting",
    mentions: ["--broker-id", "value=one", "a number"],
    run: service(() => ["broker", "--broker-id", "one"]),
  },
  {
    name: "coordinator: a number out of range",
    code: "invalid-setting",
    mentions: ["lease-ttl-ms", "300"],
    run: service(() => ["coordinator", "--lease-ttl-ms", "5"]),
  },
  {
    name: "executor: a word that is not a log level",
    code: "invalid-setting",
    mentions: ["log-level", "loud", "debug"],
    run: service(() => ["executor", "--log-level", "loud"]),
  },
  {
    name: "coordinator: not an address of a store",
    code: "invalid-setting",
    mentions: ["store", "redis://host:port"],
    run: service(() => ["coordinator", "--store", "localhost:6379", ...FREE]),
  },
  {
    name: "coordinator: unreachable Redis",
    code: "redis-unreachable",
    mentions: ["127.0.0.1:1:", /start it there or correct the address/],
    run: service(() => ["coordinator", "--store", "redis://127.0.0.1:1", ...FREE]),
  },
  {
    name: "coordinator: unsafe Redis settings",
    code: "redis-unsafe",
    mentions: ["appendonly yes"],
    run: service((world) => ["coordinator", "--store", world.unsafeRedisUrl, ...FREE]),
  },
];
