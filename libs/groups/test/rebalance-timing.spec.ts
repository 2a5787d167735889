import { describe, expect, it } from "@jest/globals";
import { check, Transcript } from "./transcript.ts";

const DIRECT = { initialRebalanceDelayMs: 0 };

const STABLE = `
  join a => a joined 1 range leader a-1 [a-1]
  join b
  join a => a joined 2 range leader a-1 [a-1 b-2]; b joined 2 range leader a-1
  sync b
  sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]; a synced x; b synced y`;

describe("the initial delay", () => {
  it("is extended while members arrive", () => {
    check(`
      join a
      clock 2000
      join b
      clock 1000
      clock 2999
      clock 1 => a joined 1 range leader a-1 [a-1 b-2]; b joined 1 range leader a-1`);
  });

  it("ends at the rebalance timeout, however many arrive", () => {
    check(`
      join a rebalance=7000
      clock 2000
      join b rebalance=7000
      clock 2000
      join c rebalance=7000
      clock 2999
      clock 1 => a joined 1 range leader a-1 [a-1 b-2 c-3]; b joined 1 range leader a-1; c joined 1 range leader a-1`);
  });

  it("does not wait for a member id that was handed out", () => {
    check(`
      join a
      join b v4 => b 79 b-2
      clock 3000 => a joined 1 range leader a-1 [a-1]`);
  });
});

describe("a member id that was handed out (v4)", () => {
  it("admits its owner, once", () => {
    check(
      `
      join a v4 => a 79 a-1
      join a v4 => a joined 1 range leader a-1 [a-1]
      join a v4 id=a-2 => a 25`,
      DIRECT,
    );
  });

  it("holds a rebalance up until it comes back, leaves or is forgotten after one session timeout", () => {
    check(
      `
      join a => a joined 1 range leader a-1 [a-1]
      join b v4 => b 79 b-2
      join a => a joined 1 range leader a-1 [a-1]
      join b v4
      join c v4 => c 79 c-3
      join a
      leave c => c left c-3 ok; a joined 2 range leader a-1 [a-1 b-2]; b joined 2 range leader a-1
      join c new v4 => c 79 c-4
      join b topics=u
      join a
      clock 9999
      clock 1 => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1
      join c v4 => c 25`,
      DIRECT,
    );
  });

  it("leaves nothing behind when it never comes back", () => {
    const transcript = check(`
      join a v4 => a 79 a-1
      clock 10000
      describe => describe g Dead 69
      list => list`);
    expect(transcript.timers.size).toBe(1); // the expiry of offsets
  });
});

describe("the join phase", () => {
  it("ends after the longest rebalance timeout without those who are missing", () => {
    check(
      `
      join a session=90000 rebalance=60000 => a joined 1 range leader a-1 [a-1]
      join b rebalance=30000
      clock 59999
      clock 1 => b joined 2 range leader b-2 [b-2]
      beat a => a 25`,
      DIRECT,
    );
  });

  it("goes on without a member whose session ends", () => {
    check(
      `
      ${STABLE}
      join a
      clock 9999
      clock 1 => a joined 3 range leader a-1 [a-1]
      beat b => b 25`,
      DIRECT,
    );
  });

  it("does not end the session of a member that waits in it", () => {
    check(
      `
      join a session=200000 rebalance=100000 => a joined 1 range leader a-1 [a-1]
      sync a => log g@1[a-1:·]; a synced ·
      join b rebalance=100000
      clock 99999
      describe => describe g PreparingRebalance consumer a-1:· b-2:·
      join a => a joined 2 range leader a-1 [a-1 b-2]; b joined 2 range leader a-1`,
      DIRECT,
    );
  });

  it("lets a member that comes for the first time wait five minutes at most", () => {
    check(
      `
      join a session=1800000 rebalance=3600000 => a joined 1 range leader a-1 [a-1]
      join b
      clock 299999
      clock 1 => b 25`,
      DIRECT,
    );
  });
});

describe("a session", () => {
  it("ends without a sign of life, and is kept by heartbeat, sync and commit", () => {
    check(
      `
      ${STABLE}
      clock 9000
      beat b => b ok
      sync a => a synced x
      clock 9000
      commit b t-0=1 => log t-0=1; b t-0 ok
      beat a => a ok
      clock 9999
      beat a => a ok
      clock 1
      beat a => a 27
      join a => a joined 3 range leader a-1 [a-1]`,
      DIRECT,
    );
  });

  it("of a member without Sync ends with the rebalance timeout, for its heartbeats go on", () => {
    check(
      `
      join a rebalance=9000 => a joined 1 range leader a-1 [a-1]
      clock 8999
      beat a => a ok
      clock 1 => log g@2[]
      beat a => a 25`,
      DIRECT,
    );
  });

  it("starts anew when another broker takes the group over", () => {
    check(
      `
      ${STABLE}
      clock 9000
      failover
      clock 9999
      beat a => a ok
      beat b => b ok
      sync b => b synced y
      clock 10000 => log g@3[]`,
      DIRECT,
    );
  });
});

describe("an assignment", () => {
  it("is told to nobody before it is in the log", () => {
    check(
      `
      ${STABLE.split("\n").slice(0, 4).join("\n")}
      hold
      sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]
      sync b
      beat b => b ok
      commit b t-0=1 => b 27
      release => a synced x; b synced y
      commit b t-0=1 => log t-0=1; b t-0 ok`,
      DIRECT,
    );
  });

  it("that cannot be stored sends everybody to join again", () => {
    check(
      `
      ${STABLE.split("\n").slice(0, 4).join("\n")}
      hold
      sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]
      sync b
      fail => a 15; b 15
      join a
      join b => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("of a generation that ended while it was written is told to nobody", () => {
    check(
      `
      ${STABLE.split("\n").slice(0, 4).join("\n")}
      hold
      sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]
      leave b => b left b-2 ok; a 27
      release
      sync a => a 27
      join a => a joined 3 range leader a-1 [a-1]`,
      DIRECT,
    );
  });

  it("that is on its way when another broker takes over is answered once", () => {
    check(
      `
      ${STABLE.split("\n").slice(0, 4).join("\n")}
      hold
      sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]
      sync b
      close => a 16; b 16`,
      DIRECT,
    );
  });

  it("that never came is asked for again after a failover", () => {
    check(
      `
      ${STABLE}
      join b topics=u
      join a => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1
      sync b
      failover => b 16
      sync b => b 22
      beat a => a 22
      join a
      join b => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });
});

describe("timers", () => {
  it("are at most one per member, two per group and one for all, however often members call", () => {
    const transcript = new Transcript(DIRECT);
    for (let round = 0; round < 50; round++) {
      for (const name of ["a", "b", "c", "d"]) {
        transcript.run(`join ${name} topics=t${round}`);
        transcript.run(`beat ${name}`);
      }
      transcript.advance(500);
      expect(transcript.timers.size).toBeLessThanOrEqual(4 + 2 + 1);
    }
  });

  it("are not set anew by heartbeats", () => {
    const transcript = new Transcript(DIRECT);
    transcript.run("join a");
    transcript.run("sync a");
    const before = [...transcript.timers.values()];
    transcript.advance(1_000);
    transcript.run("beat a");
    expect([...transcript.timers.values()]).toEqual(before);
  });
});
