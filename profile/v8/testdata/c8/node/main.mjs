import { add, Cart, twice } from './lib.mjs';
import old from './old.cjs';
import { fork } from 'node:child_process';
import assert from 'node:assert';
assert.equal(add(1, 2), 3);
assert.equal(new Cart([1, 2]).total, 3);
assert.equal(old.f(0), 2);
if (!process.argv[2]) {
  fork('./main.mjs', ['child']);
} else {
  assert.equal(twice(2), 4);
  assert.equal(old.f(1), 1);
}
