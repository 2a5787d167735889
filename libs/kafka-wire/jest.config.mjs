import preset from "../../jest.preset.mjs";

const { FUZZ_RUNS = "20000", FUZZ_SEED = "1" } = process.env;

export default { ...preset, displayName: "kafka-wire", globals: { FUZZ_RUNS: Number(FUZZ_RUNS), FUZZ_SEED: Number(FUZZ_SEED) } };
