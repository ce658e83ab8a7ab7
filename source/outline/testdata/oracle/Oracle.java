// Prints the functions of Java texts as javac has them: a line of JSON for each file of standard input, as oracle.mjs does.
//
//     java Oracle.java < list of files

import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

class Oracle {
    public static void main(String[] args) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        for (String file; (file = in.readLine()) != null;) {
            String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
            DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
            JavacTask task = (JavacTask) compiler.getTask(null, files, said, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            StringJoiner funcs = new StringJoiner(",");
            for (CompilationUnitTree unit : task.parse()) {
                new Functions(unit, Trees.instance(task).getSourcePositions(), text, funcs).scan(unit, null);
            }
            boolean broken = said.getDiagnostics().stream().anyMatch(d -> d.getKind() == Diagnostic.Kind.ERROR);
            out.println("{\"file\":" + quoted(file) + ",\"broken\":" + broken + ",\"funcs\":[" + funcs + "],\"dark\":[]}");
        }
        out.flush();
    }

    static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Functions are the methods and constructors with a body. */
    static class Functions extends TreePathScanner<Void, Void> {
        final CompilationUnitTree unit;
        final SourcePositions at;
        final String text;
        final StringJoiner out;
        final Deque<String> classes = new ArrayDeque<>();

        Functions(CompilationUnitTree unit, SourcePositions at, String text, StringJoiner out) {
            this.unit = unit;
            this.at = at;
            this.text = text;
            this.out = out;
        }

        @Override public Void visitClass(ClassTree c, Void v) {
            classes.push(c.getSimpleName().toString());
            super.visitClass(c, v);
            classes.pop();
            return null;
        }

        @Override public Void visitMethod(MethodTree m, Void v) {
            long start = at.getStartPosition(unit, m), end = at.getEndPosition(unit, m);
            if (m.getBody() != null && end >= 0) {
                String name = m.getName().contentEquals("<init>") ? classes.peek() : m.getName().toString();
                out.add("[" + quoted(name) + "," + line(behindMarks(m, start)) + "," + line(end - 1) + "]");
            }
            return super.visitMethod(m, v);
        }

        /** Where a method starts behind the annotations before its other modifiers. */
        long behindMarks(MethodTree m, long start) {
            for (AnnotationTree a : m.getModifiers().getAnnotations()) {
                if (at.getStartPosition(unit, a) != start) {
                    break;
                }
                start = at.getEndPosition(unit, a);
                start += space(text, (int) start);
            }
            return start;
        }

        long line(long offset) {
            return unit.getLineMap().getLineNumber(offset);
        }
    }

    /** The length of the spaces and comments at a place. */
    static int space(String text, int from) {
        int i = from;
        while (i < text.length()) {
            if (Character.isWhitespace(text.charAt(i))) {
                i++;
            } else if (text.startsWith("//", i)) {
                i = text.indexOf('\n', i);
            } else if (text.startsWith("/*", i)) {
                i = text.indexOf("*/", i) + 2;
            } else {
                break;
            }
        }
        return i - from;
    }
}
