// A shop.

export function add(a, b) {
  return a + b;
}

export function never(a) {
  if (a) {
    return 1;
  }
  return 2;
}

export class Cart {
  #rows = [];
  static size = 3;

  constructor(rows) {
    this.#rows = rows;
  }

  get total() {
    return this.#rows.reduce((a, b) => a + b, 0);
  }

  async clear(why) {
    this.#rows = []; // ä𝒳
    return why ? 'x' : 'y';
  }
}

export const twice = (x) => x * 2;

export const handlers = {
  open() {
    return 'open';
  },
  close: function () {
    return 'close';
  },
};
