#include "cli/graph_svg.h"

#include <algorithm>

#include <fmt/format.h>

namespace deltastream::cli {
namespace {

constexpr int kBoxWidth = 230, kLineHeight = 15, kGapX = 46, kGapY = 18, kMargin = 16;
constexpr size_t kLineCharacters = 34, kMostLines = 6;

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

// Breaks a description into lines that fit a box, at blanks where there are any.
std::vector<std::string> wrapped(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (lines.size() + 1 == kMostLines && text.size() > kLineCharacters) {
      size_t end = kLineCharacters - 1;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
      lines.push_back(std::string(text.substr(0, end)) + "…");
      break;
    }
    size_t end = std::min(text.size(), kLineCharacters);
    if (end < text.size()) {
      size_t blank = text.rfind(' ', end);
      if (blank != std::string_view::npos && blank > 0) end = blank;
      while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  return lines;
}

struct Box {
  std::vector<std::string> lines;
  std::vector<size_t> inputs;
  size_t depth = 0;  // from the sink
  int y = 0;
  bool end = false;  // source or sink
  int height() const { return static_cast<int>(lines.size()) * kLineHeight + 14; }
};

class Drawing {
 public:
  void add(const engine::StreamPlan& plan, const std::string& sink) {
    size_t root = place(*plan.root, 1);
    Box box{wrapped("sink " + sink), {root}, 0, 0, true};
    box.y = boxes_[root].y;
    boxes_.push_back(std::move(box));
    y_ += kGapY;
  }

  std::string text() const {
    size_t depth = 0;
    for (const Box& box : boxes_) depth = std::max(depth, box.depth);
    auto left = [&](const Box& box) { return kMargin + static_cast<int>(depth - box.depth) * (kBoxWidth + kGapX); };
    std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"monospace\" font-size=\"11\">\n"
                                  "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                                  2 * kMargin + static_cast<int>(depth + 1) * (kBoxWidth + kGapX) - kGapX, y_ + kMargin);
    for (const Box& box : boxes_) {
      for (size_t input : box.inputs) {
        const Box& from = boxes_[input];
        int x1 = left(from) + kBoxWidth, y1 = from.y + from.height() / 2, x2 = left(box), y2 = box.y + box.height() / 2;
        out += fmt::format("<path d=\"M{} {}C{} {} {} {} {} {}\" fill=\"none\" stroke=\"#777\"/>\n", x1, y1, (x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
      }
    }
    for (const Box& box : boxes_) {
      out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"{}\" stroke=\"#555\"/>\n", left(box), box.y, kBoxWidth,
                         box.height(), box.end ? "#dbeafe" : "#f4f4f5");
      for (size_t i = 0; i < box.lines.size(); i++) {
        out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", left(box) + 7, box.y + 17 + static_cast<int>(i) * kLineHeight, escaped(box.lines[i]));
      }
    }
    return out + "</svg>\n";
  }

 private:
  // Leaves stand below each other; an inner box stands at the height of its first input.
  size_t place(const engine::PlanNode& node, size_t depth) {
    Box box{wrapped(node.describe()), {}, depth, 0, node.kind == engine::NodeKind::kSource || node.kind == engine::NodeKind::kValues};
    const int top = y_;
    for (const auto& child : node.children) box.inputs.push_back(place(*child, depth + 1));
    box.y = box.inputs.empty() ? top : boxes_[box.inputs.front()].y;
    y_ = std::max(y_, box.y + box.height() + kGapY);
    boxes_.push_back(std::move(box));
    return boxes_.size() - 1;
  }

  std::vector<Box> boxes_;
  int y_ = kMargin;
};

}  // namespace

std::string graph_svg(const std::vector<std::shared_ptr<const engine::StreamPlan>>& plans, const std::vector<std::string>& sinks) {
  Drawing drawing;
  for (size_t i = 0; i < plans.size(); i++) drawing.add(*plans[i], i < sinks.size() ? sinks[i] : "");
  return drawing.text();
}

}  // namespace deltastream::cli
