using System.Collections.Generic;
using System.Threading.Tasks;

namespace Shop
{
    public class Cart
    {
        private readonly List<int> prices = new List<int>();

        public Cart(int first)
        {
            prices.Add(first);
        }

        public int Count => prices.Count;
        public int Limit { get; set; } = 10;

        public int Total()
        {
            int sum = 0;
            prices.ForEach(p => { sum += p; });
            return sum;
        }

        public int Half(int n) => n / 2;
        public int Half(int n, int by) => n / by;

        public async Task<int> TotalAsync(bool wait)
        {
            if (wait)
            {
                await Task.Delay(1);
            }
            return Total();
        }

        public IEnumerable<int> Each()
        {
            foreach (var p in prices)
            {
                yield return p;
            }
        }

        public string Name(int n)
        {
            string Own(int k)
            {
                return "item " + k;
            }
            return n > 9
                ? "many"
                : Own(n);
        }
    }
}
