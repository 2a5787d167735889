import { describe, it } from "@jest/globals";
import { check } from "./transcript.ts";

const DIRECT = { initialRebalanceDelayMs: 0 };

/** Static members i1 (a, leads) and i2 (b) in Stable, generation 2. */
const STABLE = `
  join a static=i1 => a joined 1 range leader i1-1 [i1-1]
  join b static=i2
  join a static=i1 => a joined 2 range leader i1-1 [i1-1 i2-2]; b joined 2 range leader i1-1
  sync b static=i2
  sync a static=i1 assign=i1-1:x,i2-2:y => log g@2[i1-1:x i2-2:y]; a synced x; b synced y`;

describe("a static member that comes back in Stable", () => {
  it("gets a new member id and its old assignment, and nobody else notices", () => {
    check(
      `
      ${STABLE}
      join b new static=i2 => log g@2[i1-1:x i2-3:y]; b joined 2 range leader i1-1
      sync b static=i2 => b synced y
      beat a static=i1 => a ok`,
      DIRECT,
    );
  });

  it("is no other member because it forgot what it owned", () => {
    check(
      `
      ${STABLE}
      join b new static=i2 own=z => log g@2[i1-1:x i2-3:y]; b joined 2 range leader i1-1
      beat a static=i1 => a ok`,
      DIRECT,
    );
  });

  it("is told to skip the assignment if it leads and knows how (v9)", () => {
    check(
      `
      ${STABLE}
      join a new v9 static=i1 => log g@2[i1-3:x i2-2:y]; a joined 2 range leader i1-3 [i1-3 i2-2] skip
      sync a static=i1 => a synced x`,
      DIRECT,
    );
  });

  it("is told the old leader's id if it leads and does not know how: it must not assign", () => {
    check(
      `
      ${STABLE}
      join a new static=i1 => log g@2[i1-3:x i2-2:y]; a joined 2 range leader i1-1
      sync a static=i1 => a synced x
      join a static=i1
      join b static=i2 => a joined 3 range leader i1-3 [i1-3 i2-2]; b joined 3 range leader i1-3`,
      DIRECT,
    );
  });

  it("starts a rebalance if it wants other topics or changes which protocol wins", () => {
    check(
      `
      ${STABLE}
      join b new static=i2 topics=u
      beat a static=i1 => a 27`,
      DIRECT,
    );
    check(
      `
      join a static=i1 protocols=range,sticky => a joined 1 range leader i1-1 [i1-1]
      sync a static=i1 => log g@1[i1-1:·]; a synced ·
      join a new static=i1 protocols=sticky,range => a joined 2 sticky leader i1-2 [i1-2]`,
      DIRECT,
    );
  });

  it("fences the calls of the instance that it replaces", () => {
    check(
      `
      ${STABLE}
      join c static=i2 => log g@2[i1-1:x i2-3:y]; c joined 2 range leader i1-1
      beat b static=i2 => b 82
      sync b static=i2 => b 82
      commit b static=i2 t-0=1 => b 82
      join b static=i2 => b 82
      leave static=i2 id=i2-2 => static left i2 82
      beat b => b 25`,
      DIRECT,
    );
  });

  it("hears of its new id when that is in the log, and of a failure when it is not", () => {
    check(
      `
      ${STABLE}
      hold
      join b new static=i2 => log g@2[i1-1:x i2-3:y]
      release => b joined 2 range leader i1-1
      hold
      join b new static=i2 => log g@2[i1-1:x i2-4:y]
      fail => b 15
      join b new static=i2 => log g@2[i1-1:x i2-5:y]; b joined 2 range leader i1-1`,
      DIRECT,
    );
  });
});

describe("a static member", () => {
  it("starts a rebalance when it comes back in CompletingRebalance", () => {
    check(
      `
      ${STABLE.split("\n").slice(0, 4).join("\n")}
      sync b static=i2
      join a new static=i1 => b 27
      join b static=i2 => a joined 3 range leader i1-3 [i1-3 i2-2]; b joined 3 range leader i1-3`,
      DIRECT,
    );
  });

  it("takes the place of its former call while the group gathers", () => {
    check(
      `
      ${STABLE}
      join a static=i1
      join c static=i1 => a 82
      join b static=i2 => c joined 3 range leader i1-3 [i1-3 i2-2]; b joined 3 range leader i1-3`,
      DIRECT,
    );
  });

  it("does not go for missing a join, only for its session", () => {
    check(
      `
      ${STABLE}
      join a static=i1
      clock 9999
      beat b static=i2 => b 27
      clock 9999
      describe => describe g PreparingRebalance consumer i1-1:· i2-2:·
      clock 1 => a joined 3 range leader i1-1 [i1-1]`,
      DIRECT,
    );
  });

  it("stays in the next generation when the join phase ends without it", () => {
    check(
      `
      join a static=i1 session=100000 rebalance=6000 => a joined 1 range leader i1-1 [i1-1]
      join b rebalance=6000
      clock 6000 => b joined 2 range leader b-2 [i1-1 b-2]
      sync b assign=i1-1:x,b-2:y => log g@2[i1-1:x b-2:y]; b synced y
      join a static=i1 => a joined 2 range leader b-2
      sync a static=i1 => a synced x`,
      DIRECT,
    );
  });

  it("leaves by its instance id", () => {
    check(
      `
      ${STABLE}
      leave static=i2 => static left i2 ok
      leave static=i3 => static left i3 25
      join a static=i1 => a joined 3 range leader i1-1 [i1-1]`,
      DIRECT,
    );
  });

  it("keeps its place over a failover", () => {
    check(
      `
      ${STABLE}
      failover
      beat b static=i2 => b ok
      join b new static=i2 => log g@2[i1-1:x i2-3:y]; b joined 2 range leader i1-1
      sync b static=i2 => b synced y`,
      DIRECT,
    );
  });
});
