interface Row {
  name: string;
  price: number;
}

enum Kind {
  Small,
  Large,
}

export class Cart {
  private rows: Row[] = [];

  constructor(readonly kind: Kind = Kind.Small) {}

  add(name: string, price: number): this {
    if (price < 0) {
      throw new Error(`no price: ${price}`);
    }
    this.rows.push({ name, price });
    return this;
  }

  get total(): number {
    return this.rows.reduce((sum, row) => sum + row.price, 0);
  }

  async never(): Promise<void> {
    for (const row of this.rows) {
      console.log(row?.name ?? 'none');
    }
  }
}

export function big(cart: Cart): boolean {
  return cart.kind === Kind.Large
    ? true
    : cart.total > 100;
}

export const unused = <T>(x: T): T => {
  return x;
};
