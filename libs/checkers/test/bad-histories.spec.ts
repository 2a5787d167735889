import { describe, expect, it } from "@jest/globals";
import { checkHistory, formatVerdict } from "../src/index.ts";
import { HistoryBuilder } from "./history-builder.ts";

const h = (): HistoryBuilder => new HistoryBuilder();

/** One row per anomaly of the table: the history is otherwise correct, and nothing else may be found. */
const bad: readonly (readonly [string, HistoryBuilder, readonly string[]])[] = [
  [
    "a value of a failed writer is read",
    h()
      .steps(0, [["send", "a", 1]], { type: "fail" })
      .steps(1, [["poll", { a: [[0, 1]] }]]),
    ["failure aborted read"],
  ],
  [
    "an aborted transaction's value is read by a transaction that aborts, too",
    h()
      .steps(0, [["send", "a", [0, 1]]], { type: "fail" })
      .steps(1, [["poll", { a: [[0, 1]] }]], { type: "fail" }),
    ["failure aborted read"],
  ],
  [
    "two readers find different values at an offset",
    h()
      .steps(0, [["send", "a", [0, 1]]])
      .steps(0, [["send", "a", 2]])
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .steps(2, [["poll", { a: [[0, 2]] }]]),
    ["failure inconsistent offsets", "failure send order"],
  ],
  [
    "a send is acknowledged at an offset where another value is read",
    h()
      .begin(0, [["send", "a", 1]])
      .begin(3, [["send", "a", 2]])
      .end(0, [["send", "a", [0, 1]]])
      .end(3, [["send", "a", 2]])
      .steps(1, [["poll", { a: [[0, 2]] }]]),
    ["failure inconsistent offsets", "failure lost write"],
  ],
  [
    "a value stands at two offsets",
    h()
      .steps(0, [["send", "a", [0, 1]]])
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 1],
              [1, 1],
            ],
          },
        ],
      ]),
    ["failure duplicate"],
  ],
  [
    "readers pass over an acknowledged value",
    h()
      .steps(0, [["send", "a", [0, 1]]])
      .steps(0, [["send", "a", [1, 2]]])
      .steps(0, [["send", "a", [2, 3]]])
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .assign(1, [])
      .steps(1, [["poll", { a: [[2, 3]] }]]),
    ["failure lost write"],
  ],
  [
    "of a transaction whose end is unknown one value is read and another is not",
    h()
      .steps(
        0,
        [
          ["send", "a", [0, 1]],
          ["send", "a", [1, 2]],
        ],
        { type: "info" },
      )
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .final(2, 2),
    ["failure torn transaction"],
  ],
  [
    "an acknowledged value is not in the final reads",
    h()
      .steps(0, [["send", "a", 1]])
      .final(1, 0),
    ["failure unseen"],
  ],
  [
    "the final reads do not reach their end",
    h()
      .steps(0, [["send", "a", 1]])
      .final(1, 1, "info"),
    ["failure unreached"],
  ],
  [
    "a reader skips",
    h()
      .steps(0, [["send", "a", 1]])
      .steps(0, [["send", "a", 2]])
      .steps(0, [["send", "a", 3]])
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 1],
              [1, 2],
              [2, 3],
            ],
          },
        ],
      ])
      .steps(2, [["poll", { a: [[0, 1]] }]])
      .steps(2, [["poll", { a: [[2, 3]] }]]),
    ["failure poll skip"],
  ],
  [
    "a reader steps back",
    h()
      .steps(0, [["send", "a", 1]])
      .steps(2, [["poll", { a: [[0, 1]] }]])
      .steps(2, [["poll", { a: [[0, 1]] }]]),
    ["failure poll step back"],
  ],
  [
    "a subscribed reader steps back: allowed, and noted",
    h()
      .steps(0, [["send", "a", 1]])
      .assign(2, ["a"], "subscribe")
      .steps(2, [["poll", { a: [[0, 1]] }]])
      .steps(2, [["poll", { a: [[0, 1]] }]]),
    ["noted poll step back"],
  ],
  [
    "a subscribed reader that tells its rebalances steps back",
    h()
      .steps(0, [["send", "a", 1]])
      .assign(2, ["a"], "subscribe")
      .steps(2, [["poll", { a: [[0, 1]] }]], { rebalance: ["a"] })
      .steps(2, [["poll", { a: [[0, 1]] }]], { rebalance: [] }),
    ["failure poll step back"],
  ],
  [
    "a transaction skips inside",
    h()
      .steps(0, [["send", "a", 1]])
      .steps(0, [["send", "a", 2]])
      .steps(0, [["send", "a", 3]])
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 1],
              [1, 2],
              [2, 3],
            ],
          },
        ],
      ])
      .steps(2, [
        ["poll", { a: [[0, 1]] }],
        ["poll", { a: [[2, 3]] }],
      ]),
    ["failure internal poll skip"],
  ],
  [
    "a transaction steps back inside",
    h()
      .steps(0, [["send", "a", 1]])
      .steps(0, [["send", "a", 2]])
      .steps(2, [
        ["poll", { a: [[1, 2]] }],
        ["poll", { a: [[0, 1]] }],
      ]),
    ["failure internal poll step back"],
  ],
  [
    "a process' later send stands before its earlier one",
    h()
      .steps(0, [["send", "a", [1, 1]]])
      .steps(0, [["send", "a", [0, 2]]])
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 2],
              [1, 1],
            ],
          },
        ],
      ]),
    ["failure send order", "noted write cycle"],
  ],
  [
    "sends of a transaction stand the other way round",
    h()
      .steps(0, [
        ["send", "a", [1, 1]],
        ["send", "a", [0, 2]],
      ])
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 2],
              [1, 1],
            ],
          },
        ],
      ]),
    ["failure internal send order"],
  ],
  [
    "a transaction reads its own value",
    h().steps(0, [
      ["send", "a", [0, 1]],
      ["poll", { a: [[0, 1]] }],
    ]),
    ["failure precommitted read"],
  ],
  [
    "a value is read before its send begins",
    h()
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .steps(0, [["send", "a", [0, 1]]]),
    ["failure future read"],
  ],
  [
    "two transactions read each other's values",
    h()
      .begin(0, [["send", "a", 1], ["poll"]])
      .begin(1, [["send", "b", 2], ["poll"]])
      .end(0, [
        ["send", "a", 1],
        ["poll", { b: [[0, 2]] }],
      ])
      .end(1, [
        ["send", "b", 2],
        ["poll", { a: [[0, 1]] }],
      ]),
    ["failure circular read"],
  ],
  [
    "writes of two transactions are between each other's: allowed, and noted",
    h()
      .begin(0, [
        ["send", "a", 1],
        ["send", "b", 3],
      ])
      .begin(1, [
        ["send", "a", 2],
        ["send", "b", 4],
      ])
      .end(0, [
        ["send", "a", [0, 1]],
        ["send", "b", [1, 3]],
      ])
      .end(1, [
        ["send", "a", [1, 2]],
        ["send", "b", [0, 4]],
      ])
      .steps(2, [
        [
          "poll",
          {
            a: [
              [0, 1],
              [1, 2],
            ],
            b: [
              [0, 4],
              [1, 3],
            ],
          },
        ],
      ]),
    ["noted write cycle"],
  ],
  ["a value that nobody sent is read", h().steps(1, [["poll", { a: [[0, 7]] }]]), ["failure corrupt"]],
  [
    "a record is damaged",
    h()
      .steps(0, [["send", "a", 1]])
      .steps(1, [["poll", { a: [[0, 1, "header h"]] }]]),
    ["failure corrupt"],
  ],
  ["two owners in a generation", h().own(0, ["a", "b"], 4).own(1, ["b"], 4), ["failure owners overlap"]],
  ["two owners at a time", h().own(0, ["a", "b"]).own(1, ["b"]), ["failure owners overlap"]],
  ["a commit falls", h().commit(0, 5).commit(1, 4), ["failure committed offset falls"]],
  ["a commit is forgotten", h().commit(0, 5).commit(1, -1, "committed"), ["failure committed offset falls"]],
];

const good: readonly (readonly [string, HistoryBuilder])[] = [
  [
    "an unknown send that nobody reads",
    h()
      .steps(0, [["send", "a", 1]], { type: "info" })
      .final(1, 0),
  ],
  [
    "gaps of markers and aborted records",
    h()
      .steps(0, [["send", "a", [0, 1]]])
      .steps(0, [["send", "a", 2]], { type: "fail" })
      .steps(0, [["send", "a", [5, 3]]])
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .steps(1, [["poll", { a: [[5, 3]] }]])
      .final(2, 6),
  ],
  [
    "reading again after a crash, an assignment, or a rebalance",
    h()
      .steps(0, [["send", "a", [0, 1]]])
      .assign(1, ["a"], "assign", "beginning")
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .assign(1, ["a"], "assign", "beginning")
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .steps(1, [["poll", { a: [[0, 1]] }]], { rebalance: ["a"] })
      .line({ p: 1, type: "info", f: "crash" })
      .steps(2, [["poll", { a: [[0, 1]] }]]),
  ],
  [
    "a reader that sees what is still under way",
    h()
      .begin(0, [["send", "a", 1]])
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .end(0, [["send", "a", 1]]),
  ],
  [
    "an owner after the former one gave up or crashed",
    h().own(0, ["a"]).own(0, []).own(1, ["a"]).line({ p: 1, type: "info", f: "crash" }).own(2, ["a"]),
  ],
  [
    "a client that goes after an unknown end, and its successor",
    h()
      .own(0, ["a"])
      .steps(0, [["send", "a", 1]], { type: "info" })
      .line({ p: 0, type: "info", f: "crash" })
      .own(1, ["a"]),
  ],
  ["a key that changes hands with the generation", h().own(0, ["a", "b"], 4).own(1, ["b"], 5).own(0, ["a"], 5)],
  [
    "a commit that goes back because that was asked for",
    h().commit(0, 5).commit(0, 2, "commit", true).commit(1, 2, "committed").commit(1, 3),
  ],
  [
    "commits under way at a time, in either order",
    h()
      .line({ p: 0, type: "invoke", f: "commit", v: { group: "g", offsets: { a: 5 } } })
      .line({ p: 1, type: "invoke", f: "commit", v: { group: "g", offsets: { a: 4 } } })
      .line({ p: 0, type: "ok", f: "commit", v: { group: "g", offsets: { a: 5 } } })
      .line({ p: 1, type: "ok", f: "commit", v: { group: "g", offsets: { a: 4 } } }),
  ],
];

describe("checkHistory", () => {
  it.each(bad)("finds that %s", (_name, builder, expected) => {
    const verdict = checkHistory(builder.events);
    expect([...verdict.findingCounts.keys()].sort()).toEqual([...expected].sort());
    expect(verdict.isCorrect).toBe(!expected.some((name) => name.startsWith("failure")));
    const text = formatVerdict(verdict, { findingsMax: 10 });
    for (const { message, lines } of verdict.findings) {
      expect(text).toContain(message);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.every((line) => text.includes(`{"i":${line},`))).toBe(true);
    }
  });

  it.each(good)("accepts %s", (_name, builder) => {
    expect(checkHistory(builder.events).findings).toEqual([]);
  });

  it("puts the smallest witness first, and failures before notes", () => {
    const builder = h()
      .steps(0, [["send", "a", 1]], { type: "fail" })
      .steps(1, [["poll", { a: [[0, 1]] }]])
      .assign(1, ["a"], "subscribe")
      .steps(1, [
        [
          "poll",
          {
            a: [
              [0, 1],
              [1, 9],
            ],
          },
        ],
      ])
      .steps(1, [["poll", { a: [[0, 1]] }]]);
    const { findings } = checkHistory(builder.events);
    expect(findings.map(({ kind }) => kind)).toEqual(["corrupt", "aborted read", "aborted read", "aborted read", "poll step back"]);
  });

  it("counts what was done, so that a history of nothing is not taken for a proof", () => {
    const { counts } = checkHistory(
      h()
        .steps(0, [["send", "a", 1]])
        .steps(1, [["poll", { a: [[0, 1]] }]])
        .steps(2, [["send", "a", 2]], { type: "info" }).events,
    );
    expect(counts).toEqual({
      operations: 3,
      ok: 2,
      failed: 0,
      unknown: 1,
      acknowledged: 1,
      valuesRead: 1,
      recordsRead: 1,
      keys: 1,
      processes: 3,
    });
  });
});
