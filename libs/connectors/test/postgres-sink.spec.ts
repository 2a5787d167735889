import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { SinkOutput } from "@millrace/ports";
import { describeSinkContract } from "@millrace/testkit";
import { Client } from "pg";
import { postgresSink } from "../src/postgres/postgres-sink.ts";
import { postgresPrograms, startTemporaryPostgres, type TemporaryPostgres } from "./temporary-postgres.ts";

const SLOTS = { jobId: "j", incarnation: 1, jobEpoch: 1, sink: "out", slots: [0] };
const row = (element: unknown): SinkOutput => ({ slot: 0, element, key: null, value: null, timestampMs: 0, partition: "" });

const programs = postgresPrograms();
const describeWhereInstalled = programs === undefined ? describe.skip : describe;

describeWhereInstalled("postgresSink", () => {
  let server: TemporaryPostgres | undefined;
  let admin: Client;
  const url = (): string => server?.url ?? "";

  beforeAll(async () => {
    server = await startTemporaryPostgres(programs ?? "");
    admin = new Client({ connectionString: server.url });
    await admin.connect();
  }, 60_000);
  afterAll(async () => {
    await admin.end();
    await server?.stop();
  });

  async function table(name: string, columns: string): Promise<string> {
    await admin.query(`DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} (${columns})`);
    return name;
  }

  describeSinkContract("postgres", async () => {
    await admin.query("DROP TABLE IF EXISTS millrace_sink_marks");
    const name = await table("contract", "note text, slot integer");
    return {
      connect: () => postgresSink({ url: url(), table: name, columns: ["note", "slot"] }),
      output: (slot, text) => ({ ...row({ note: text, slot }), slot }),
      read: async () => (await admin.query<{ note: string }>(`SELECT note FROM ${name}`)).rows.map(({ note }) => note),
      dispose: () => Promise.resolve(),
    };
  });

  it("replaces rows with the same key, also within one batch, where the last counts", async () => {
    const name = await table("latest", "id text primary key, total numeric, at timestamptz");
    const writer = await postgresSink({ url: url(), table: name, columns: ["id", "total", "at"], key: ["id"] }).open(SLOTS);
    for (const total of [1.5, 2.25]) writer.write(row({ id: "a", total, at: "2026-01-01T00:00:00Z" }));
    writer.write(row({ id: "b", total: 7 }));
    await writer.commit({ batch: 1, digest: "d", slots: [0] });
    writer.write(row({ id: "b", total: 8 }));
    await writer.commit({ batch: 2, digest: "e", slots: [0] });
    await writer.close();
    const { rows } = await admin.query(`SELECT id, total, at IS NULL AS timeless FROM ${name} ORDER BY id`);
    expect(rows).toEqual([
      { id: "a", total: "2.25", timeless: false },
      { id: "b", total: "8", timeless: true },
    ]);
  });

  it("writes nothing of a batch of which one row does not fit the table, and says why", async () => {
    const name = await table("strict", "id integer not null");
    const writer = await postgresSink({ url: url(), table: name, columns: ["id"] }).open({ ...SLOTS, sink: "strict" });
    writer.write(row({ id: 1 }));
    writer.write(row({ id: "no number" }));
    await expect(writer.commit({ batch: 1, digest: "d", slots: [0] })).rejects.toThrow("invalid input syntax for type integer");
    await writer.close();
    expect((await admin.query(`SELECT id FROM ${name}`)).rowCount).toBe(0);
  });

  it.each([
    ["a table that would be SQL", { table: "t; drop table x", columns: ["a"] }, "is no name of a table or column"],
    ["a column that would be SQL", { table: "t", columns: ['a" ) --'] }, "is no name of a table or column"],
    ["a key outside of the columns", { table: "t", columns: ["a"], key: ["b"] }, "key has the column b, which columns has not"],
    ["a secret that is not there", { table: "t", columns: ["a"], url: "env:MILLRACE_NO_SUCH" }, "no such environment variable"],
  ])("refuses %s", (_, options, message) => {
    expect(() => postgresSink({ url: "postgres://x", ...options })).toThrow(message);
  });
});
