import { type ChaosFault, type ChaosRig, type Inflicted, someOf } from "./chaos-fault.ts";
import type { Host, HostNetwork } from "./host-network.ts";

const isPossible = ({ network }: ChaosRig): boolean => network !== undefined;
const LOSS_SHARE_MAX = 0.2;
const SLOW_KILOBITS = [256, 1_024, 8_192] as const;

function inflictOn(act: (network: HostNetwork, rig: ChaosRig) => { readonly victim: string; readonly touched: readonly Host[] }) {
  return (rig: ChaosRig): Promise<Inflicted> => {
    const { network } = rig;
    if (network === undefined) throw new Error("faults of the network need hosts");
    const { victim, touched } = act(network, rig);
    const heal = (): Promise<void> => {
      for (const host of touched) network.mend(host);
      return Promise.resolve();
    };
    return Promise.resolve({ victim, heal });
  };
}

const brokersOf = (network: HostNetwork): readonly Host[] => network.hosts.filter(({ name }) => name.startsWith("broker"));
const coordinatorsOf = (network: HostNetwork): readonly Host[] => network.hosts.filter(({ name }) => name.startsWith("coordinator"));

/** One host hears another no more; its own words still arrive. */
const oneWayCut = inflictOn((network, { random }) => {
  const to = someOf(network.hosts, random);
  const from = someOf(
    network.hosts.filter((host) => host !== to),
    random,
  );
  network.cut({ from, to });
  return { victim: `${from.name} → ${to.name}`, touched: [to] };
});

/** A broker hears nobody and is heard by nobody, but for clients, who still reach it: a leader in a minority. */
const brokerCutOff = inflictOn((network, { random }) => {
  const broker = someOf(brokersOf(network), random);
  const others = network.hosts.filter((host) => host !== broker);
  for (const other of others) {
    network.cut({ from: other, to: broker });
    network.cut({ from: broker, to: other });
  }
  return { victim: broker.name, touched: network.hosts };
});

/** A coordinator that talks to brokers and not to Redis. */
const coordinatorCutFromRedis = inflictOn((network, { random }) => {
  const coordinator = someOf(coordinatorsOf(network), random);
  const redis = network.host("redis");
  network.cut({ from: redis, to: coordinator });
  network.cut({ from: coordinator, to: redis });
  return { victim: coordinator.name, touched: [coordinator, redis] };
});

/** Two brokers that reach everybody but each other. */
const brokersCutApart = inflictOn((network, { random }) => {
  const one = someOf(brokersOf(network), random);
  const other = someOf(
    brokersOf(network).filter((host) => host !== one),
    random,
  );
  network.cut({ from: one, to: other });
  network.cut({ from: other, to: one });
  return { victim: `${one.name} | ${other.name}`, touched: [one, other] };
});

const packetsLost = inflictOn((network, { random }) => {
  const host = someOf(network.hosts, random);
  network.lose(host, 0.01 + random.next() * LOSS_SHARE_MAX);
  return { victim: host.name, touched: [host] };
});

const linkSlow = inflictOn((network, { random }) => {
  const host = someOf(network.hosts, random);
  network.slow(host, someOf(SLOW_KILOBITS, random));
  return { victim: host.name, touched: [host] };
});

/** Cuts drop packets: connections stay open and say nothing. */
export const NETWORK_FAULTS: readonly ChaosFault[] = [
  { kind: "one-way cut", weight: 3, holdMs: [1_000, 10_000], isPossible, inflict: oneWayCut },
  { kind: "broker cut off", weight: 3, holdMs: [1_000, 10_000], isPossible, inflict: brokerCutOff },
  { kind: "brokers cut apart", weight: 2, holdMs: [1_000, 15_000], isPossible, inflict: brokersCutApart },
  { kind: "coordinator cut from redis", weight: 2, holdMs: [1_000, 10_000], isPossible, inflict: coordinatorCutFromRedis },
  { kind: "packets lost", weight: 2, holdMs: [2_000, 10_000], isPossible, inflict: packetsLost },
  { kind: "slow link", weight: 2, holdMs: [2_000, 10_000], isPossible, inflict: linkSlow },
];
