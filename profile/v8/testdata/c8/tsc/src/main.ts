import { Cart, big } from './cart';

const cart: Cart = new Cart().add('a', 3).add('b', 4);
if (cart.total !== 7 || big(cart)) {
  throw new Error('wrong');
}
