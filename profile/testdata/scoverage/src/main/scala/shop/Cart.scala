package shop

class Cart(rows: Seq[Int]) {
  def total(twice: Boolean): Int = {
    val times = if (twice) 2 else 1
    val sum = rows.sum
    sum * times
  }

  def clear(): Unit =
    println("empty")
}
