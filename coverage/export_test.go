package coverage

var Attribute = attribute
