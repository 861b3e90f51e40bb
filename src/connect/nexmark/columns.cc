#include "connect/nexmark/columns.h"

#include <fmt/format.h>

#include <functional>

#include "common/suggest.h"
#include "connect/formats.h"
#include "connect/nexmark/texts.h"

namespace deltastream::connect::nexmark {
namespace {

using duckdb::FlatVector;
using duckdb::string_t;
using duckdb::StringVector;

enum class LeafKind { kNumber, kText, kTime };

const duckdb::ValidityMask& rows_of(const Batch& batch, EventType type) {
  return type == EventType::kBid ? batch.bids : type == EventType::kAuction ? batch.auctions : batch.persons;
}

void copy_validity(const Batch& batch, EventType type, Vector& out) {
  auto& validity = FlatVector::Validity(out);
  validity.EnsureWritable();
  const size_t entries = duckdb::ValidityMask::EntryCount(batch.rows);
  std::copy_n(rows_of(batch, type).GetData(), entries, validity.GetData());
}

// Numbers, by a function of (number, draw). Bids are nearly all rows, so they are made for every row and masked.
template <class Function>
class NumberFiller final : public ColumnFiller {
 public:
  NumberFiller(EventType type, uint64_t key, Function function) : type_(type), key_(key), function_(function) {}
  void fill(const Batch& batch, Vector& out) const override {
    auto* data = FlatVector::GetData<int64_t>(out);
    copy_validity(batch, type_, out);
    if (type_ == EventType::kBid) {
      for (size_t row = 0; row < batch.rows; row++) data[row] = function_(batch.numbers[row], draw_at(key_, batch.numbers[row]));
      return;
    }
    const auto& mask = rows_of(batch, type_);
    for (size_t row = 0; row < batch.rows; row++) {
      if (mask.RowIsValid(row)) data[row] = function_(batch.numbers[row], draw_at(key_, batch.numbers[row]));
    }
  }

 private:
  const EventType type_;
  const uint64_t key_;
  const Function function_;
};

// Texts, by a function of (number) that gives a view of something that lives for ever, or a string that is copied.
template <class Function>
class TextFiller final : public ColumnFiller {
 public:
  TextFiller(EventType type, Function function) : type_(type), function_(function) {}
  void fill(const Batch& batch, Vector& out) const override {
    auto* data = FlatVector::GetData<string_t>(out);
    copy_validity(batch, type_, out);
    const auto& mask = rows_of(batch, type_);
    for (size_t row = 0; row < batch.rows; row++) {
      if (!mask.RowIsValid(row)) continue;
      auto text = function_(batch.numbers[row]);
      if constexpr (std::is_same_v<decltype(text), std::string_view>) {
        data[row] = string_t(text.data(), static_cast<uint32_t>(text.size()));
      } else {
        data[row] = StringVector::AddString(out, text);
      }
    }
  }

 private:
  const EventType type_;
  const Function function_;
};

class TypeFiller final : public ColumnFiller {
 public:
  explicit TypeFiller(bool wide) : wide_(wide) {}
  void fill(const Batch& batch, Vector& out) const override {
    if (wide_) {
      put(batch, FlatVector::GetData<int64_t>(out));
    } else {
      put(batch, FlatVector::GetData<int32_t>(out));
    }
  }

 private:
  template <class T>
  static void put(const Batch& batch, T* data) {
    for (size_t row = 0; row < batch.rows; row++) data[row] = static_cast<T>(type_of(batch.numbers[row]));
  }
  const bool wide_;
};

class RowFiller final : public ColumnFiller {
 public:
  RowFiller(EventType type, std::vector<std::unique_ptr<ColumnFiller>> children) : type_(type), children_(std::move(children)) {}
  void fill(const Batch& batch, Vector& out) const override {
    copy_validity(batch, type_, out);
    auto& entries = duckdb::StructVector::GetEntries(out);
    for (size_t i = 0; i < children_.size(); i++) children_[i]->fill(batch, *entries[i]);
  }

 private:
  const EventType type_;
  const std::vector<std::unique_ptr<ColumnFiller>> children_;
};

template <class Function>
std::unique_ptr<ColumnFiller> numbers(EventType type, uint64_t key, Function function) {
  return std::make_unique<NumberFiller<Function>>(type, key, function);
}
template <class Function>
std::unique_ptr<ColumnFiller> texts(EventType type, Function function) {
  return std::make_unique<TextFiller<Function>>(type, function);
}

// Times in the unit of the column.
std::unique_ptr<ColumnFiller> times(EventType type, const Settings& settings, int64_t units_per_ms) {
  return numbers(type, 0, [settings, units_per_ms](int64_t n, uint64_t) { return time_ms(settings, n) * units_per_ms; });
}

// A leaf of person, auction or bid: its name, its kind, and how it is made for a column of `units_per_ms` (times).
struct Leaf {
  std::string_view name;
  LeafKind kind;
  std::function<std::unique_ptr<ColumnFiller>(const Settings&, int64_t units_per_ms)> make;
};

struct PersonTexts {
  uint64_t name, mail, host, card1, card2, place;
  explicit PersonTexts(uint64_t seed)
      : name(draw_key(seed, Draw::kPersonName)),
        mail(draw_key(seed, Draw::kPersonMail)),
        host(draw_key(seed, Draw::kPersonHost)),
        card1(draw_key(seed, Draw::kPersonCard1)),
        card2(draw_key(seed, Draw::kPersonCard2)),
        place(draw_key(seed, Draw::kPersonPlace)) {}
  std::string name_of(int64_t n) const { return person_name(draw_at(name, n)); }
  std::string mail_of(int64_t n) const { return person_mail(draw_at(mail, n), draw_at(host, n)); }
  std::string card_of(int64_t n) const { return person_card(draw_at(card1, n), draw_at(card2, n)); }
  std::string_view city_of(int64_t n) const { return person_city(draw_at(place, n)); }
  std::string_view state_of(int64_t n) const { return person_state(draw_at(place, n)); }
  int64_t length(int64_t n) const {
    return static_cast<int64_t>(name_of(n).size() + mail_of(n).size() + card_of(n).size() + city_of(n).size() + state_of(n).size());
  }
};

const std::vector<Leaf>& person_leaves() {
  constexpr EventType kType = EventType::kPerson;
  static const std::vector<Leaf> kLeaves = {
      {"id", LeafKind::kNumber,
       [](const Settings&, int64_t) { return numbers(kType, 0, [](int64_t n, uint64_t) { return kFirstId + last_person(n); }); }},
      {"name", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [t = PersonTexts(s.seed)](int64_t n) { return t.name_of(n); }); }},
      {"emailAddress", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [t = PersonTexts(s.seed)](int64_t n) { return t.mail_of(n); }); }},
      {"creditCard", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [t = PersonTexts(s.seed)](int64_t n) { return t.card_of(n); }); }},
      {"city", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [t = PersonTexts(s.seed)](int64_t n) { return t.city_of(n); }); }},
      {"state", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [t = PersonTexts(s.seed)](int64_t n) { return t.state_of(n); }); }},
      {"dateTime", LeafKind::kTime, [](const Settings& s, int64_t units) { return times(kType, s, units); }},
      {"extra", LeafKind::kText,
       [](const Settings& s, int64_t) {
         return texts(kType, [t = PersonTexts(s.seed), key = draw_key(s.seed, Draw::kPersonExtra)](int64_t n) {
           return extra_text(draw_at(key, n), 8 + t.length(n), 200);
         });
       }},
  };
  return kLeaves;
}

std::string item_name(uint64_t seed, int64_t n) { return random_string(draw_at(draw_key(seed, Draw::kAuctionItem), n), 20, ' '); }
std::string description(uint64_t seed, int64_t n) { return random_string(draw_at(draw_key(seed, Draw::kAuctionDescription), n), 100, ' '); }

const std::vector<Leaf>& auction_leaves() {
  constexpr EventType kType = EventType::kAuction;
  static const std::vector<Leaf> kLeaves = {
      {"id", LeafKind::kNumber,
       [](const Settings&, int64_t) { return numbers(kType, 0, [](int64_t n, uint64_t) { return kFirstId + last_auction(n); }); }},
      {"itemName", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [seed = s.seed](int64_t n) { return item_name(seed, n); }); }},
      {"description", LeafKind::kText,
       [](const Settings& s, int64_t) { return texts(kType, [seed = s.seed](int64_t n) { return description(seed, n); }); }},
      {"initialBid", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kAuctionBid), [](int64_t, uint64_t d) { return price_of(d); });
       }},
      {"reserve", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kAuctionBid),
                        [other = draw_key(s.seed, Draw::kAuctionReserve)](int64_t n, uint64_t d) {
                          return price_of(d) + price_of(draw_at(other, n));
                        });
       }},
      {"dateTime", LeafKind::kTime, [](const Settings& s, int64_t units) { return times(kType, s, units); }},
      {"expires", LeafKind::kTime,
       [](const Settings& s, int64_t units) {
         return numbers(kType, draw_key(s.seed, Draw::kAuctionExpires), [s, units](int64_t n, uint64_t d) {
           const int64_t now = time_ms(s, n), horizon = time_ms(s, n + 1666) - now;
           return (now + 1 + static_cast<int64_t>(d % static_cast<uint64_t>(std::max<int64_t>(2 * horizon, 1)))) * units;
         });
       }},
      {"seller", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kAuctionSeller),
                        [](int64_t n, uint64_t d) { return auction_seller(last_person(n), d); });
       }},
      {"category", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kAuctionCategory), [](int64_t, uint64_t d) { return 10 + pick(low(d), 5); });
       }},
      {"extra", LeafKind::kText,
       [](const Settings& s, int64_t) {
         return texts(kType, [seed = s.seed, key = draw_key(s.seed, Draw::kAuctionExtra)](int64_t n) {
           return extra_text(draw_at(key, n), 48 + static_cast<int64_t>(item_name(seed, n).size() + description(seed, n).size()), 500);
         });
       }},
  };
  return kLeaves;
}

const std::vector<Leaf>& bid_leaves() {
  constexpr EventType kType = EventType::kBid;
  static const std::vector<Leaf> kLeaves = {
      {"auction", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kBidAuction), [](int64_t n, uint64_t d) { return bid_auction(last_auction(n), d); });
       }},
      {"bidder", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         const int64_t first = s.bidder_twice ? 2 * kFirstId : kFirstId;
         return numbers(kType, draw_key(s.seed, Draw::kBidBidder),
                        [first](int64_t n, uint64_t d) { return bid_bidder(last_person(n), d, first); });
       }},
      {"price", LeafKind::kNumber,
       [](const Settings& s, int64_t) {
         return numbers(kType, draw_key(s.seed, Draw::kBidPrice), [](int64_t, uint64_t d) { return price_of(d); });
       }},
      {"channel", LeafKind::kText,
       [](const Settings& s, int64_t) {
         return texts(kType, [key = draw_key(s.seed, Draw::kBidChannel)](int64_t n) {
           return std::string_view(channel_texts(draw_at(key, n)).channel);
         });
       }},
      {"url", LeafKind::kText,
       [](const Settings& s, int64_t) {
         return texts(kType, [key = draw_key(s.seed, Draw::kBidChannel)](int64_t n) {
           return std::string_view(channel_texts(draw_at(key, n)).url);
         });
       }},
      {"dateTime", LeafKind::kTime, [](const Settings& s, int64_t units) { return times(kType, s, units); }},
      {"extra", LeafKind::kText,
       [](const Settings& s, int64_t) {
         return texts(kType, [key = draw_key(s.seed, Draw::kBidExtra)](int64_t n) { return extra_text(draw_at(key, n), 32, 100); });
       }},
  };
  return kLeaves;
}

struct Group {
  std::string_view name;
  EventType type;
  const std::vector<Leaf>& (*leaves)();
};
constexpr Group kGroups[] = {
    {"person", EventType::kPerson, person_leaves}, {"auction", EventType::kAuction, auction_leaves}, {"bid", EventType::kBid, bid_leaves}};

Error wrong_type(const std::string& table, const std::string& column, const LogicalType& type, std::string_view wanted) {
  return invalid_argument(
      fmt::format("table '{}': column '{}' of the nexmark connector is {}, not {}", table, column, wanted, type.ToString()));
}

Error no_column(const std::string& table, const std::string& column, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(column, known);
  return not_found(
      fmt::format("table '{}': nexmark events have no column '{}'; {}", table, column,
                  nearest.empty() ? fmt::format("they have {}", fmt::join(known, ", ")) : fmt::format("did you mean '{}'?", nearest)));
}

Result<std::unique_ptr<ColumnFiller>> make_leaf(const std::string& table, const Group& group, const std::string& name,
                                                const LogicalType& type, const Settings& settings) {
  std::vector<std::string> known;
  for (const Leaf& leaf : group.leaves()) {
    known.push_back(fmt::format("{}.{}", group.name, leaf.name));
    if (!same_name(leaf.name, name)) continue;
    const std::string full = fmt::format("{}.{}", group.name, leaf.name);
    switch (leaf.kind) {
      case LeafKind::kNumber:
        if (type.id() != LogicalTypeId::BIGINT) return wrong_type(table, full, type, "BIGINT");
        return leaf.make(settings, 0);
      case LeafKind::kText:
        if (type.id() != LogicalTypeId::VARCHAR) return wrong_type(table, full, type, "STRING");
        return leaf.make(settings, 0);
      case LeafKind::kTime:
        if (type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ) return leaf.make(settings, 1000);
        if (type.id() == LogicalTypeId::TIMESTAMP_MS) return leaf.make(settings, 1);
        return wrong_type(table, full, type, "TIMESTAMP(3)");
    }
  }
  return no_column(table, fmt::format("{}.{}", group.name, name), known);
}

Result<std::unique_ptr<ColumnFiller>> make_group(const std::string& table, const Group& group, const engine::SourceColumn& column,
                                                 const Settings& settings) {
  if (column.path.size() == 2) return make_leaf(table, group, column.path[1], column.type, settings);
  if (column.path.size() > 2) return no_column(table, fmt::format("{}", fmt::join(column.path, ".")), {});
  if (column.type.id() != LogicalTypeId::STRUCT) return wrong_type(table, column.path[0], column.type, "a ROW");
  std::vector<std::unique_ptr<ColumnFiller>> children;
  for (const auto& [name, type] : duckdb::StructType::GetChildTypes(column.type)) {
    DS_ASSIGN_OR_RETURN(auto child, make_leaf(table, group, name, type, settings));
    children.push_back(std::move(child));
  }
  return std::unique_ptr<ColumnFiller>(std::make_unique<RowFiller>(group.type, std::move(children)));
}

Result<std::unique_ptr<ColumnFiller>> make_filler(const std::string& table, const engine::SourceColumn& column, const Settings& settings) {
  const std::string& first = column.path.front();
  if (column.metadata) return not_found(fmt::format("table '{}': the nexmark connector has no metadata columns, so no '{}'", table, first));
  if (same_name(first, "event_type") && column.path.size() == 1) {
    const bool wide = column.type.id() == LogicalTypeId::BIGINT;
    if (!wide && column.type.id() != LogicalTypeId::INTEGER) return wrong_type(table, first, column.type, "INT");
    return std::unique_ptr<ColumnFiller>(std::make_unique<TypeFiller>(wide));
  }
  for (const Group& group : kGroups) {
    if (same_name(group.name, first)) return make_group(table, group, column, settings);
  }
  return no_column(table, first, {"event_type", "person", "auction", "bid"});
}

}  // namespace

Result<std::vector<std::unique_ptr<ColumnFiller>>> make_fillers(const std::string& table, const std::vector<engine::SourceColumn>& columns,
                                                                const Settings& settings) {
  std::vector<std::unique_ptr<ColumnFiller>> fillers;
  for (const engine::SourceColumn& column : columns) {
    DS_ASSIGN_OR_RETURN(auto filler, make_filler(table, column, settings));
    fillers.push_back(std::move(filler));
  }
  return fillers;
}

}  // namespace deltastream::connect::nexmark
