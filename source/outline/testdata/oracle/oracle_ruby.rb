# Prints the methods of Ruby texts as Ruby itself has them: a line of JSON for each file of standard input.
require 'json'

def look(node, funcs)
  todo = [node]
  until todo.empty?
    n = todo.pop
    next unless n.is_a?(RubyVM::AbstractSyntaxTree::Node)

    case n.type
    when :DEFN then funcs << [n.children[0], n.first_lineno, n.last_lineno]
    when :DEFS then funcs << [n.children[1], n.first_lineno, n.last_lineno]
    end
    todo.concat(n.children)
  end
end

$VERBOSE = nil
$stdin.each_line(chomp: true) do |file|
  answer = { file: file, broken: true, funcs: [], dark: [] }
  begin
    $stderr = File.open(File::NULL, 'w')
    look(RubyVM::AbstractSyntaxTree.parse(File.read(file, encoding: 'UTF-8')), answer[:funcs])
    answer[:broken] = false
  rescue SyntaxError, StandardError => e
    answer[:error] = e.class.to_s
  end
  puts JSON.generate(answer)
  $stdout.flush
end
