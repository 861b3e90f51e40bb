package deltastream.bench;

import org.apache.flink.table.functions.ScalarFunction;

/** Nexmark's count_char(text, character): how often the character stands in the text. */
public final class CountChar extends ScalarFunction {
    public Long eval(String text, String character) {
        if (text == null || character == null || character.isEmpty()) {
            return 0L;
        }
        char wanted = character.charAt(0);
        long count = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == wanted) {
                count++;
            }
        }
        return count;
    }
}
