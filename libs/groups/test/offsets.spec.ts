import { describe, expect, it } from "@jest/globals";
import { check } from "./transcript.ts";

const DIRECT = { initialRebalanceDelayMs: 0 };
const DAY = 86_400_000;

const STABLE = `
  join a => a joined 1 range leader a-1 [a-1]
  sync a assign=a-1:x => log g@1[a-1:x]; a synced x`;

describe("commit and fetch of offsets", () => {
  it("keep what a client without membership commits, and say -1 for the rest", () => {
    check(`
      fetch t-0 => fetch t-0 -1
      commit - t-0=5 t-1=6/note => log t-0=5 t-1=6; - t-0 ok t-1 ok
      fetch t-0 t-1 u-0 => fetch t-0 5 t-1 6/note u-0 -1
      fetch => fetch t-0 5 t-1 6/note
      commit - t-0=3 => log t-0=3; - t-0 ok
      fetch t-0 => fetch t-0 3
      describe => describe g Empty
      list => list g:Empty:classic
      failover
      fetch => fetch t-0 3 t-1 6/note`);
  });

  it("refuse a commit without membership while the group has members, and one of a group that is gone", () => {
    check(
      `
      ${STABLE}
      commit - t-0=5 => - 25
      commit - group=h gen=3 id=x t-0=5 => - 22
      commit a t-0=5 => log t-0=5; a t-0 ok`,
      DIRECT,
    );
  });

  it("refuse metadata over 4,096 bytes for its partition alone", () => {
    check(`
      commit - t-0=5/${"m".repeat(4_097)} t-1=6/${"m".repeat(4_096)} => log t-1=6; - t-0 12 t-1 ok
      commit - t-2=5/${"ü".repeat(2_049)} => - t-2 12`);
  });

  it("show an offset when it is in the log, not before", () => {
    check(`
      hold
      commit - t-0=5 => log t-0=5
      fetch t-0 => fetch t-0 -1
      release => - t-0 ok
      fetch t-0 => fetch t-0 5
      hold
      commit - t-0=6 => log t-0=6
      fail => - 15
      fetch t-0 => fetch t-0 5`);
  });
});

describe("a commit larger than a batch", () => {
  const offsets = Array.from({ length: 300 }, (_, partition) => `t-${partition}=1/${"m".repeat(4_000)}`).join(" ");

  it("goes into the log in pieces and is answered once, after the last", () => {
    const transcript = check("");
    transcript.run("hold");
    expect(transcript.run(`commit - ${offsets}`).match(/log /g)?.length).toBe(3);
    expect(transcript.run("release").match(/- t-0 ok/g)?.length).toBe(1);
    expect(transcript.state.store.offsets.get("g")?.size).toBe(300);
    expect(transcript.replay()).toEqual(transcript.state.store);
  });

  it("is refused once if pieces fail", () => {
    const transcript = check("");
    transcript.run("hold");
    transcript.run(`commit - ${offsets}`);
    expect(transcript.run("fail")).toBe("- 15");
  });
});

describe("offsets of a transaction", () => {
  it("show when it commits, never when it aborts", () => {
    check(`
      txn - 7 t-0=5 => log t-0=5 txn 7; - t-0 ok
      fetch t-0 => fetch t-0 -1
      end 7 commit
      fetch t-0 => fetch t-0 5
      txn - 7 t-0=9 => log t-0=9 txn 7; - t-0 ok
      end 7 abort
      fetch t-0 => fetch t-0 5`);
  });

  it("make a stable fetch wait, from the first moment on", () => {
    check(`
      commit - t-0=5 t-1=1 => log t-0=5 t-1=1; - t-0 ok t-1 ok
      hold
      txn - 7 t-0=6 => log t-0=6 txn 7
      fetch stable t-0 t-1 => fetch t-0 88 t-1 1
      release => - t-0 ok
      fetch stable t-0 t-1 => fetch t-0 88 t-1 1
      fetch t-0 => fetch t-0 5
      failover
      fetch stable t-0 => fetch t-0 88
      end 7 commit
      fetch stable t-0 => fetch t-0 6`);
  });

  it("lose against a commit that came after them", () => {
    check(`
      txn - 7 t-0=5 t-1=5 => log t-0=5 t-1=5 txn 7; - t-0 ok t-1 ok
      commit - t-0=8 => log t-0=8; - t-0 ok
      end 7 commit
      fetch => fetch t-0 8 t-1 5`);
  });

  it("of two producers are kept apart", () => {
    check(`
      txn - 7 t-0=5 => log t-0=5 txn 7; - t-0 ok
      txn - 8 t-1=6 => log t-1=6 txn 8; - t-1 ok
      end 7 abort
      fetch stable t-0 t-1 => fetch t-0 -1 t-1 88
      end 8 commit
      fetch => fetch t-1 6`);
  });

  it("are checked against member and generation if the producer names them", () => {
    check(
      `
      ${STABLE}
      txn - 7 t-0=5 => log t-0=5 txn 7; - t-0 ok
      txn a 7 t-0=6 gen=0 => a 22
      txn a 7 t-0=6 id=a-9 => a 25
      txn a 7 t-0=6 => log t-0=6 txn 7; a t-0 ok`,
      DIRECT,
    );
  });
});

describe("deleting offsets", () => {
  it("spares topics that live members subscribe to", () => {
    check(
      `
      ${STABLE}
      commit a t-0=5 u-0=6 => log t-0=5 u-0=6; a t-0 ok u-0 ok
      deloffsets t-0 u-0 => log -u-0; deloffsets t-0 86 u-0 ok
      fetch => fetch t-0 5
      leave a => a left a-1 ok; log g@2[]
      deloffsets t-0 => log -t-0; deloffsets t-0 ok
      fetch => fetch`,
      DIRECT,
    );
    check(
      `
      join a type=connect => a joined 1 range leader a-1 [a-1]
      deloffsets t-0 => deloffsets 68
      deloffsets t-0 group=h => deloffsets 69`,
      DIRECT,
    );
  });

  it("happens for topics that are gone, in every group and transaction", () => {
    check(`
      commit - t-0=5 u-0=6 => log t-0=5 u-0=6; - t-0 ok u-0 ok
      commit - group=h t-0=7 => log t-0=7; - t-0 ok
      txn - 7 t-1=8 => log t-1=8 txn 7; - t-1 ok
      gone t => log -t-0 -t-0 -t-1
      end 7 commit
      fetch => fetch u-0 6
      fetch group=h => fetch`);
  });

  it("happens for offsets of gone topics that are on their way into the log", () => {
    check(`
      hold
      commit - t-0=5 u-0=6 => log t-0=5 u-0=6
      gone t => log -t-0
      release => - t-0 ok u-0 ok
      fetch => fetch u-0 6`);
  });

  it("happens at the start for topics that went while nobody coordinated", () => {
    check(`
      topics t=2 u=1
      commit - t-0=5 u-0=6 => log t-0=5 u-0=6; - t-0 ok u-0 ok
      txn - 7 t-1=8 => log t-1=8 txn 7; - t-1 ok
      topics u=1
      failover => log -t-0 -t-1
      end 7 commit
      fetch => fetch u-0 6
      failover
      fetch => fetch u-0 6`);
  });
});

describe("expiry of offsets", () => {
  it("takes the offsets of a group that was empty for seven days, and then the group", () => {
    const transcript = check(
      `
      ${STABLE}
      commit a t-0=5 => log t-0=5; a t-0 ok
      leave a => a left a-1 ok; log g@2[]
      clock ${7 * DAY - 1}
      fetch => fetch t-0 5
      clock 600001 => log -t-0 -g
      describe => describe g Dead 69
      clock ${DAY}`,
      DIRECT,
    );
    expect(transcript.state.classic.size).toBe(0);
  });

  it("never takes those of a live group", () => {
    check(
      `
      join a session=1800000 => a joined 1 range leader a-1 [a-1]
      sync a => log g@1[a-1:·]; a synced ·
      commit a t-0=5 => log t-0=5; a t-0 ok
      ${"clock 1700000\n beat a => a ok\n".repeat(400)}
      fetch => fetch t-0 5`,
      DIRECT,
    );
  });

  it("counts from the commit for a group that never had members, and for a reset of an empty one", () => {
    check(`
      commit - t-0=5 => log t-0=5; - t-0 ok
      clock ${6 * DAY}
      commit - t-1=5 => log t-1=5; - t-1 ok
      clock ${DAY + 600_000} => log -t-0
      clock ${6 * DAY} => log -t-1
      list => list`);
    check(
      `
      ${STABLE}
      commit a t-0=5 => log t-0=5; a t-0 ok
      leave a => a left a-1 ok; log g@2[]
      clock ${6 * DAY}
      commit - t-0=1 => log t-0=1; - t-0 ok
      clock ${2 * DAY}
      fetch => fetch t-0 1`,
      DIRECT,
    );
  });

  it("spares what a transaction still holds and what is on its way into the log", () => {
    check(`
      commit - t-0=5 => log t-0=5; - t-0 ok
      txn - 7 t-0=6 => log t-0=6 txn 7; - t-0 ok
      clock ${8 * DAY}
      end 7 abort
      hold
      commit - t-0=7 => log t-0=7
      clock 600000
      release => - t-0 ok
      fetch => fetch t-0 7`);
  });
});

describe("groups as administrators see them", () => {
  it("are listed by state and type, described and deleted when empty", () => {
    check(
      `
      ${STABLE}
      commit - group=h t-0=5 => log t-0=5; - t-0 ok
      list => list h:Empty:classic g:Stable:classic
      list stable => list g:Stable:classic
      list empty types=classic => list h:Empty:classic
      list types=consumer => list
      describe => describe g Stable consumer range a-1:x
      delgroup g h x => log -t-0 -h; delgroup g 68 h ok x 69
      list => list g:Stable:classic
      leave a => a left a-1 ok; log g@2[]
      delgroup => log -g; delgroup g ok
      list => list
      failover
      list => list`,
      DIRECT,
    );
  });

  it("do not come back when a transaction commits behind their deletion", () => {
    check(`
      txn - 7 t-0=5 => log t-0=5 txn 7; - t-0 ok
      delgroup => log -t-0 -g; delgroup g ok
      end 7 commit
      fetch t-0 => fetch t-0 -1`);
  });

  it("stay if their deletion cannot be stored", () => {
    check(
      `
      ${STABLE}
      leave a => a left a-1 ok; log g@2[]
      hold
      delgroup => log -g
      fail => delgroup 15
      join a new => a joined 3 range leader a-2 [a-2]`,
      DIRECT,
    );
  });
});

describe("a coordinator that closes", () => {
  it("sends everybody who waits to the new one", () => {
    check(`
      join a
      hold
      commit - group=h t-0=5 => log t-0=5
      close => - 16; a 16`);
  });
});
