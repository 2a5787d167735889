import { describe, it } from "@jest/globals";
import { check } from "./transcript.ts";

const DIRECT = { initialRebalanceDelayMs: 0 };

/** Two members in Stable, generation 2. */
const STABLE = `
  join a => a joined 1 range leader a-1 [a-1]
  join b
  join a => a joined 2 range leader a-1 [a-1 b-2]; b joined 2 range leader a-1
  sync b
  sync a assign=a-1:x,b-2:y => log g@2[a-1:x b-2:y]; a synced x; b synced y`;

/** Two members told of generation 2, nobody has an assignment. */
const COMPLETING = STABLE.split("\n").slice(0, 4).join("\n");

/** Generation 2 was stable; a has joined for the next one, b has not. */
const PREPARING = `${STABLE}
  join a`;

describe("a group in Empty", () => {
  it("starts the rebalance for a new member and waits the initial delay", () => {
    check(`
      join a
      describe => describe g PreparingRebalance consumer a-1:·
      clock 2999
      clock 1 => a joined 1 range leader a-1 [a-1]
      sync a assign=a-1:x => log g@1[a-1:x]; a synced x`);
  });

  it("refuses what only members may do", () => {
    check(`
      join a id=a-9 => a 25
      sync a id=a-9 gen=1 => a 25
      beat a id=a-9 gen=1 => a 25
      leave a => a left  25`);
    check(
      `
      ${STABLE}
      leave a b => a left a-1 ok b-2 ok; log g@3[]
      describe => describe g Empty consumer
      join a => a 25
      sync a => a 25
      beat a => a 25
      leave a => a left a-1 25
      commit a t-0=5 => a 25
      commit - t-0=5 => log t-0=5; - t-0 ok`,
      DIRECT,
    );
  });
});

describe("a group in PreparingRebalance", () => {
  it("parks a new member and members that come again", () => {
    check(
      `
      ${PREPARING}
      join c
      join b => a joined 3 range leader a-1 [a-1 b-2 c-3]; b joined 3 range leader a-1; c joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("parks a member that comes with other protocols", () => {
    check(
      `
      ${PREPARING}
      join b protocols=range,sticky => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("sends sync and heartbeat to join, takes commits of the generation, lets members leave", () => {
    check(
      `
      ${PREPARING}
      sync b => b 27
      beat b => b 27
      commit b t-0=7 => log t-0=7; b t-0 ok
      commit b t-0=7 gen=1 => b 22
      leave b => b left b-2 ok; a joined 3 range leader a-1 [a-1]`,
      DIRECT,
    );
  });

  it("gives up the former call of a member that calls again", () => {
    check(
      `
      ${PREPARING}
      join a => a 27
      join b => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });
});

describe("a group in CompletingRebalance", () => {
  it("begins anew for a new member", () => {
    check(
      `
      ${COMPLETING}
      sync b
      join c => b 27
      join a
      join b => a joined 3 range leader a-1 [a-1 b-2 c-3]; b joined 3 range leader a-1; c joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("tells the current generation to a member that comes again unchanged", () => {
    check(
      `
      ${COMPLETING}
      join b => b joined 2 range leader a-1
      join a => a joined 2 range leader a-1 [a-1 b-2]`,
      DIRECT,
    );
  });

  it("begins anew for a member that comes with other protocols", () => {
    check(
      `
      ${COMPLETING}
      join b protocols=range,sticky
      join a => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("parks sync until the leader's, which completes all; a member without an assignment gets no bytes", () => {
    check(
      `
      ${COMPLETING}
      sync b
      sync b => b 27
      sync a assign=a-1:x => log g@2[a-1:x b-2:·]; a synced x; b synced ·`,
      DIRECT,
    );
  });

  it("takes heartbeats, refuses commits, begins anew when somebody leaves", () => {
    check(
      `
      ${COMPLETING}
      beat b => b ok
      commit b t-0=7 => b 27
      commit b t-0=7 gen=1 => b 22
      leave b => b left b-2 ok
      beat a => a 27
      join a => a joined 3 range leader a-1 [a-1]`,
      DIRECT,
    );
  });
});

describe("a group in Stable", () => {
  it("begins anew for a new member", () => {
    check(
      `
      ${STABLE}
      join c
      beat a => a 27`,
      DIRECT,
    );
  });

  it("tells the current generation to a follower that comes again unchanged, and begins anew for the leader", () => {
    check(
      `
      ${STABLE}
      join b => b joined 2 range leader a-1
      sync b => b synced y
      join a
      join b => a joined 3 range leader a-1 [a-1 b-2]; b joined 3 range leader a-1`,
      DIRECT,
    );
  });

  it("begins anew for a member that comes with other protocols", () => {
    check(
      `
      ${STABLE}
      join b topics=t,u
      beat a => a 27`,
      DIRECT,
    );
  });

  it("gives each its own assignment, takes heartbeats and commits, begins anew when somebody leaves", () => {
    check(
      `
      ${STABLE}
      sync b => b synced y
      sync a assign=a-1:z => a synced x
      beat b => b ok
      commit b t-0=7 => log t-0=7; b t-0 ok
      leave b => b left b-2 ok
      beat a => a 27`,
      DIRECT,
    );
  });
});

describe("the checks that come first", () => {
  it("are unknown member, wrong generation, another's instance id", () => {
    check(
      `
      ${STABLE}
      beat b id=b-9 => b 25
      sync b id=b-9 => b 25
      commit b id=b-9 t-0=1 => b 25
      join b id=b-9 => b 25
      beat b gen=1 => b 22
      sync b gen=3 => b 22
      commit b gen=1 t-0=1 => b 22
      beat b static=i => b 25
      sync a type=connect => a 23
      sync a protocol=sticky => a 23
      sync a type=consumer protocol=range => a synced x`,
      DIRECT,
    );
  });

  it("refuse a join by group id, session timeout, protocol type and protocols", () => {
    check(
      `
      join a group= => a 24
      join a session=5999 => a 26
      join a session=1800001 => a 26
      join a type= => a 23
      join a protocols= => a 23
      join a protocols=range,sticky => a joined 1 range leader a-6 [a-6]
      join b type=connect => b 23
      join b protocols=cooperative => b 23
      join b protocols=sticky
      join a protocols=range,sticky => a joined 2 sticky leader a-6 [a-6 b-9]; b joined 2 sticky leader a-6`,
      DIRECT,
    );
  });

  it("refuse members over the size of the group", () => {
    check(
      `
      join a => a joined 1 range leader a-1 [a-1]
      join b => b 81
      join a => a joined 1 range leader a-1 [a-1]
      leave a => a left a-1 ok; log g@2[]
      join b => b joined 3 range leader b-3 [b-3]
      join c v4 => c 81`,
      { ...DIRECT, groupSizeMax: 1 },
    );
  });

  it("refuse everything while the group is being deleted", () => {
    check(
      `
      join a => a joined 1 range leader a-1 [a-1]
      leave a => a left a-1 ok; log g@2[]
      hold
      delgroup => log -g
      join b => b 15
      beat a => a 15
      delgroup => delgroup g 69
      release => delgroup g ok
      describe => describe g Dead 69
      join b => b joined 1 range leader b-3 [b-3]`,
      DIRECT,
    );
  });
});
