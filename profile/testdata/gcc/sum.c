#include <stdio.h>

static int sign(int x) {
  if (x < 0)
    return -1;
  return x > 0 ? 1 : 0;
}

int never(int x) {
  return x + 1;
}

int main(void) {
  int all = 0;
  for (int i = 0; i < 3; i++) {
    all += sign(i);
  }
  printf("%d\n", all);
  return 0;
}
