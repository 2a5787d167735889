import { describe, expect, it } from "@jest/globals";
import { check } from "./transcript.ts";

const TWO = `
  topics t=4
  chb a join id=a => log a@1:STABLE:t:0.1.2.3 g@1; a epoch 1 has t:0.1.2.3
  chb b join id=b => log b@2:UNRELEASED:· g@2 a@1:STABLE:t:0.1.2.3; b epoch 2 has ·`;

describe("a partition on its way from one member to another", () => {
  it("is revoked, confirmed, and only then given on", () => {
    check(`
      ${TWO}
      cdescribe => cdescribe g Reconciling 2; a@1 t:0.1.2.3>t:0.1; b@2 ·>t:2.3
      chb b => b epoch 2
      chb a => log a@1:UNREVOKED:t:0.1-t:2.3; a epoch 1 has t:0.1
      chb b => b epoch 2
      chb a => a epoch 1
      chb a own=t:0.1.2 => a epoch 1 has t:0.1
      chb a own=t:0.1 => log a@2:STABLE:t:0.1; a epoch 2
      chb b => log b@2:STABLE:t:2.3; b epoch 2 has t:2.3
      cdescribe => cdescribe g Stable 2; a@2 t:0.1>t:0.1; b@2 t:2.3>t:2.3
      chb a => a epoch 2
      failover
      chb a => a epoch 2
      chb b => b epoch 2`);
  });

  it("is free at once if its member leaves or is fenced", () => {
    check(`
      ${TWO}
      chb a leave => log -a g@3 b@2:UNRELEASED:·; a epoch -1
      chb b => log b@3:STABLE:t:0.1.2.3; b epoch 3 has t:0.1.2.3`);
  });

  it("goes on when its member does not give it up in its rebalance timeout", () => {
    check(`
      topics t=2
      chb a join id=a rebalance=20000 => log a@1:STABLE:t:0.1 g@1; a epoch 1 has t:0.1
      chb b join id=b => log b@2:UNRELEASED:· g@2 a@1:STABLE:t:0.1; b epoch 2 has ·
      chb a => log a@1:UNREVOKED:t:0-t:1; a epoch 1 has t:0
      clock 19999
      chb a => a epoch 1
      chb b => b epoch 2
      clock 1 => log -a g@3 b@2:UNRELEASED:·
      chb a => a 25
      chb b => log b@3:STABLE:t:0.1; b epoch 3 has t:0.1`);
  });

  it("goes on later when its member's end cannot be stored at first", () => {
    check(`
      ${TWO}
      clock 30000
      chb b => b epoch 2
      hold
      clock 15000 => log -a g@3 b@2:UNRELEASED:·
      fail
      chb b => b epoch 2
      clock 30000
      chb b => b epoch 2
      clock 15000 => log -a g@3 b@2:UNRELEASED:·`);
  });

  it("goes on when its member's session ends", () => {
    check(`
      ${TWO}
      clock 30000
      chb b => b epoch 2
      clock 14999
      clock 1 => log -a g@3 b@2:UNRELEASED:·
      chb b => log b@3:STABLE:t:0.1.2.3; b epoch 3 has t:0.1.2.3`);
  });
});

describe("a heartbeat", () => {
  it("must be complete to join (42), and name a known group, member and assignor", () => {
    check(`
      topics t=1
      chb a join id=a rebalance=0 => a 42
      chb a join id=a own=t:0 => a 42
      chb a id=a epoch=0 => a 42
      chb a id=a epoch=-2 => a 42
      chb a join group= => a 42
      chb a join id=a assignor=sticky => a 112
      chb a join id=a regex=( => a 128
      chb a id=a epoch=1 => a 69
      chb a join id=a => log a@1:STABLE:t:0 g@1; a epoch 1 has t:0
      chb b id=b epoch=1 => b 25`);
  });

  it("gets a member id if it has none (v0)", () => {
    check(`
      topics t=1
      chb a join => log a-1@1:STABLE:t:0 g@1; a epoch 1 has t:0
      chb a => a epoch 1`);
  });

  it("of another epoch is fenced (110), but for the one before with what it has: an answer was lost", () => {
    check(`
      ${TWO}
      chb a leave => log -a g@3 b@2:UNRELEASED:·; a epoch -1
      chb b => log b@3:STABLE:t:0.1.2.3; b epoch 3 has t:0.1.2.3
      chb b epoch=4 => b 110
      chb b epoch=1 => b 110
      chb b epoch=2 => b 110
      chb b epoch=2 own=t:0 => b epoch 3 has t:0.1.2.3
      chb b epoch=2 own=u:0 => b 110`);
  });

  it("with epoch 0 of a member that is known starts it over: it owns nothing", () => {
    check(`
      ${TWO}
      chb a join id=a => log a@2:STABLE:t:0.1; a epoch 2 has t:0.1
      chb b => log b@2:STABLE:t:2.3; b epoch 2 has t:2.3`);
  });

  it("is answered when what it changed is in the log, and so is every other that saw it", () => {
    check(`
      topics t=1
      hold
      chb a join id=a => log a@1:STABLE:t:0 g@1
      chb a join id=a => log a@1:STABLE:t:0
      release => a epoch 1 has t:0; a epoch 1 has t:0`);
    check(`
      topics t=1
      chb a join id=a => log a@1:STABLE:t:0 g@1; a epoch 1 has t:0
      hold
      chb b join id=b => log b@2:STABLE:· g@2
      chb a => log a@2:STABLE:t:0
      fail => b 15; a 15
      cdescribe => cdescribe g Stable 1; a@1 t:0>t:0
      chb a => a epoch 1`);
  });
});

describe("a group epoch", () => {
  it("follows subscriptions and topics", () => {
    check(`
      topics t=1 u=1
      chb a join id=a => log a@1:STABLE:t:0 g@1; a epoch 1 has t:0
      chb a topics=t,u => log a@2:STABLE:t:0,u:0 g@2; a epoch 2 has t:0,u:0
      chb a topics=u,t => a epoch 2
      topics t=2 u=1 v=9 => log g@3 a@2:STABLE:t:0,u:0
      topics t=2 u=1
      chb a => log a@3:STABLE:t:0.1,u:0; a epoch 3 has t:0.1,u:0
      topics t=2 => log g@4 a@3:STABLE:t:0.1,u:0
      chb a => log a@3:UNREVOKED:t:0.1-u:0; a epoch 3 has t:0.1
      chb a own=t:0.1 => log a@4:STABLE:t:0.1; a epoch 4`);
  });

  it("is told to a member that nothing changes for", () => {
    check(`
      topics t=1
      chb a join id=a => log a@1:STABLE:t:0 g@1; a epoch 1 has t:0
      chb b join id=b => log b@2:STABLE:· g@2; b epoch 2 has ·
      chb a => log a@2:STABLE:t:0; a epoch 2`);
  });
});

describe("a static member", () => {
  it("keeps its partitions while it is away, under a new member id too", () => {
    check(`
      topics t=2
      chb a join id=a static=i => log a@1:STABLE:t:0.1 g@1; a epoch 1 has t:0.1
      chb c join id=c static=i => c 111
      chb a static=i away => log a@-2:STABLE:t:0.1; a epoch -2
      chb c join id=c static=i => log -a c@1:STABLE:t:0.1; c epoch 1 has t:0.1
      chb a id=a epoch=1 static=i => a 82
      chb a id=a epoch=1 => a 25
      chb c static=i => c epoch 1`);
  });

  it("is given up when its session ends", () => {
    check(`
      topics t=2
      chb a join id=a static=i => log a@1:STABLE:t:0.1 g@1; a epoch 1 has t:0.1
      chb a static=i away => log a@-2:STABLE:t:0.1; a epoch -2
      chb b join id=b => log b@2:UNRELEASED:· g@2 a@-2:STABLE:t:0.1; b epoch 2 has ·
      clock 40000
      chb b => b epoch 2
      clock 5000 => log -a g@3 b@2:UNRELEASED:·
      chb b => log b@3:STABLE:t:0.1; b epoch 3 has t:0.1`);
  });
});

describe("offsets of a KIP-848 group", () => {
  it("are committed and read with the member's epoch", () => {
    check(`
      topics t=1
      chb a join id=a => log a@1:STABLE:t:0 g@1; a epoch 1 has t:0
      commit a t-0=5 => log t-0=5; a t-0 ok
      commit a t-0=5 gen=0 => a 113
      commit - t-0=5 => - 25
      commit b id=b gen=1 t-0=5 => b 25
      fetch t-0 as=a epoch=1 => fetch t-0 5
      fetch t-0 as=a epoch=0 => fetch 113
      fetch t-0 as=b epoch=1 => fetch 25
      deloffsets t-0 => deloffsets t-0 86
      delgroup => delgroup g 68
      chb a leave => log -a g@2; a epoch -1
      delgroup => log -t-0 -g -g; delgroup g ok
      cdescribe => cdescribe g 69`);
  });
});

describe("the two kinds of groups", () => {
  it("turn into each other while empty, and never with members", () => {
    const transcript = check(
      `
      topics t=1
      join a => a joined 1 range leader a-1 [a-1]
      chb b join id=b => b 69
      leave a => a left a-1 ok; log g@2[]
      chb b join id=b => log -g b@1:STABLE:t:0 g@1; b epoch 1 has t:0
      list types=consumer => list g:Stable:consumer
      describe => describe g Dead 69
      join a new => a 23
      chb b leave => log -b g@2; b epoch -1
      join a new => log -g; a joined 1 range leader a-3 [a-3]
      cdescribe => cdescribe g 69`,
      { initialRebalanceDelayMs: 0 },
    );
    expect(transcript.state.consumer.size).toBe(0);
  });
});
