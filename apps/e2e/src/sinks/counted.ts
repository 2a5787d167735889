/** Source text of a state function that says of each number how many its key has had: only undamaged state knows. For job modules that import `StateSpec`. */
export const COUNTED = `interface Result { readonly id: number; readonly nth: number }

const counted = StateSpec.function<number, number, number, Result>((_time, _key, id, state) => {
  const nth = (state.getOption() ?? 0) + 1;
  state.update(nth);
  return { id: id ?? -1, nth };
});`;
