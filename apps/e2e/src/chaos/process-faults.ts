import type { Member } from "../system/cluster.ts";
import type { ManagedProcess } from "../system/managed-process.ts";
import { type ChaosFault, type ChaosRig, type Inflicted, someOf } from "./chaos-fault.ts";

function kill(of: (rig: ChaosRig) => Promise<Member>): ChaosFault["inflict"] {
  return async (rig) => {
    const { process } = await of(rig);
    await process.kill();
    return { victim: process.name, heal: () => process.start() };
  };
}

function pause(of: (rig: ChaosRig) => Promise<{ readonly process: ManagedProcess }>): ChaosFault["inflict"] {
  return async (rig) => {
    const { process } = await of(rig);
    process.pause();
    const heal = (): Promise<void> => {
      process.resume();
      return Promise.resolve();
    };
    return { victim: process.name, heal };
  };
}

const someBroker = ({ cluster, random }: ChaosRig) => Promise.resolve(someOf(cluster.brokers, random));
const someExecutor = ({ cluster, random }: ChaosRig) => Promise.resolve(someOf(cluster.executors, random));
const active = (rig: ChaosRig) => rig.activeCoordinator();
const hasExecutors = ({ cluster }: ChaosRig): boolean => cluster.executors.length > 0;

async function standby(rig: ChaosRig): Promise<Member> {
  const leader = await rig.activeCoordinator();
  return someOf(
    rig.cluster.coordinators.filter((member) => member !== leader),
    rig.random,
  );
}

async function killLeader(rig: ChaosRig): Promise<Inflicted> {
  const killedLeader = await rig.someLeader();
  const { process } = killedLeader;
  await process.kill();
  return { victim: process.name, killedLeader, heal: () => process.start() };
}

async function killAllBrokers({ cluster }: ChaosRig): Promise<Inflicted> {
  await Promise.all(cluster.brokers.map(({ process }) => process.kill()));
  return { victim: "all brokers", heal: () => Promise.all(cluster.brokers.map(({ process }) => process.start())) };
}

async function stopBroker(rig: ChaosRig): Promise<Inflicted> {
  const { process } = await rig.someLeader();
  await process.stop();
  return { victim: process.name, heal: () => process.start() };
}

/** SIGKILL and SIGSTOP of every kind of process. A pause that ends is the wicked one: its process believes that no time has passed. */
export const PROCESS_FAULTS: readonly ChaosFault[] = [
  { kind: "leader killed", weight: 5, holdMs: [5_000, 8_000], inflict: killLeader },
  { kind: "broker stopped and started", weight: 1, holdMs: [0, 2_000], inflict: stopBroker },
  { kind: "all brokers killed", weight: 1, holdMs: [0, 1_000], inflict: killAllBrokers },
  { kind: "broker paused", weight: 3, holdMs: [200, 12_000], inflict: pause(someBroker) },
  { kind: "active coordinator killed", weight: 2, holdMs: [0, 6_000], inflict: kill(active) },
  { kind: "active coordinator paused", weight: 2, holdMs: [1_000, 12_000], inflict: pause(active) },
  { kind: "standby coordinator killed", weight: 1, holdMs: [0, 6_000], inflict: kill(standby) },
  { kind: "executor killed", weight: 2, holdMs: [0, 6_000], isPossible: hasExecutors, inflict: kill(someExecutor) },
  { kind: "executor paused", weight: 2, holdMs: [1_000, 15_000], isPossible: hasExecutors, inflict: pause(someExecutor) },
];
