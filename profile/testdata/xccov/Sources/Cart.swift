import Foundation

class Cart {
  var rows: [Int]

  init(rows: [Int]) {
    self.rows = rows
  }

  func add(_ row: Int, twice: Bool) {
    if twice {
      rows.append(row)
    }
    rows.append(row)
  }



  // total
  var total: Int {
    return rows.reduce(0, +)
  }
}
