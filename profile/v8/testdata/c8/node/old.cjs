const a = require("path");
function f(x) {
  if (x) {
    return 1;
  }
  return 2;
}
function g() {
  return 3;
}
module.exports = { f, g };


