#include "format/json/field_tree.h"

#include <fmt/format.h>

namespace deltastream::format::json {
namespace {

void index_children(ObjectNode& object) {
  object.by_key.clear();
  for (size_t i = 0; i < object.children.size(); i++) object.by_key.emplace(object.children[i].key, int32_t(i));
}

Result<ValueNode> compile_value(const LogicalType& type, const std::string& column);

Status compile_struct(const LogicalType& type, ValueNode& node) {
  node.kind = ValueNode::Kind::kStruct;
  node.object = std::make_unique<ObjectNode>();
  for (const auto& [name, child_type] : duckdb::StructType::GetChildTypes(type)) {
    ObjectNode::Child child;
    child.key = name;
    DS_ASSIGN_OR_RETURN(ValueNode value, compile_value(child_type, node.column + "." + name));
    child.values.push_back(std::move(value));
    node.object->children.push_back(std::move(child));
  }
  index_children(*node.object);
  return {};
}

Result<ValueNode> compile_value(const LogicalType& type, const std::string& column) {
  ValueNode node;
  node.column = column;
  node.type = type;
  if (auto scalar = scalar_type(type)) {
    node.scalar = *scalar;
    return node;
  }
  switch (type.id()) {
    case LogicalTypeId::STRUCT: {
      DS_RETURN_IF_ERROR(compile_struct(type, node));
      return node;
    }
    case LogicalTypeId::LIST: {
      node.kind = ValueNode::Kind::kList;
      DS_ASSIGN_OR_RETURN(ValueNode element, compile_value(duckdb::ListType::GetChildType(type), column + "[]"));
      node.element = std::make_unique<ValueNode>(std::move(element));
      return node;
    }
    case LogicalTypeId::MAP: {
      if (duckdb::MapType::KeyType(type).id() != LogicalTypeId::VARCHAR) {
        return unsupported(fmt::format("column '{}': the keys of JSON objects are strings, a {} cannot be read from them", column, type.ToString()));
      }
      node.kind = ValueNode::Kind::kMap;
      DS_ASSIGN_OR_RETURN(ValueNode element, compile_value(duckdb::MapType::ValueType(type), column + "{}"));
      node.element = std::make_unique<ValueNode>(std::move(element));
      return node;
    }
    default: return unsupported(fmt::format("column '{}': the type {} cannot be read from JSON", column, type.ToString()));
  }
}

// The child for one step of a path; it is made when it is not there.
ObjectNode::Child& step(ObjectNode& object, const std::string& key) {
  for (ObjectNode::Child& child : object.children) {
    if (child.key == key) return child;
  }
  object.children.emplace_back().key = key;
  return object.children.back();
}

ObjectNode& descend(ObjectNode::Child& child, const std::string& column) {
  for (ValueNode& value : child.values) {
    if (value.kind == ValueNode::Kind::kDescend) return *value.object;
  }
  ValueNode value;
  value.kind = ValueNode::Kind::kDescend;
  value.column = column;
  value.object = std::make_unique<ObjectNode>();
  child.values.push_back(std::move(value));
  return *child.values.back().object;
}

std::string join(const std::vector<std::string>& path, size_t steps) {
  std::string text = path[0];
  for (size_t i = 1; i < steps; i++) text += "." + path[i];
  return text;
}

// Moving children moves short keys, so the views are made once the tree stands.
void index_tree(ObjectNode& object) {
  index_children(object);
  for (ObjectNode::Child& child : object.children) {
    for (ValueNode& value : child.values) {
      if (value.kind == ValueNode::Kind::kDescend) index_tree(*value.object);
    }
  }
}

struct Leaf {
  size_t column;
  ObjectNode* parent;
  size_t child, value;
};

}  // namespace

Result<std::unique_ptr<ObjectNode>> compile(const std::vector<DecodeColumn>& columns, std::vector<ValueNode*>& targets) {
  auto root = std::make_unique<ObjectNode>();
  std::vector<Leaf> leaves;
  for (size_t i = 0; i < columns.size(); i++) {
    const DecodeColumn& column = columns[i];
    if (column.path.empty()) return internal("a column to decode has no path");
    ObjectNode* object = root.get();
    for (size_t depth = 0; depth + 1 < column.path.size(); depth++) {
      object = &descend(step(*object, column.path[depth]), join(column.path, depth + 1));
    }
    ObjectNode::Child& child = step(*object, column.path.back());
    DS_ASSIGN_OR_RETURN(ValueNode value, compile_value(column.type, join(column.path, column.path.size())));
    value.nullable = column.nullable;
    child.values.push_back(std::move(value));
    leaves.push_back({i, object, size_t(&child - object->children.data()), child.values.size() - 1});
  }
  index_tree(*root);
  targets.assign(columns.size(), nullptr);
  for (const Leaf& leaf : leaves) targets[leaf.column] = &leaf.parent->children[leaf.child].values[leaf.value];
  return root;
}

void rebind(ValueNode& value) {
  value.validity = &duckdb::FlatVector::Validity(*value.vector);
  switch (value.kind) {
    case ValueNode::Kind::kScalar:
    case ValueNode::Kind::kList:
    case ValueNode::Kind::kMap: value.data = duckdb::FlatVector::GetData(*value.vector); break;
    case ValueNode::Kind::kStruct:
      for (ObjectNode::Child& child : value.object->children) rebind(child.values[0]);
      break;
    case ValueNode::Kind::kDescend: break;
  }
  if (value.element) rebind(*value.element);
}

void bind(ValueNode& value, Vector& vector) {
  value.vector = &vector;
  value.validity = &duckdb::FlatVector::Validity(vector);
  switch (value.kind) {
    case ValueNode::Kind::kScalar: value.data = duckdb::FlatVector::GetData(vector); break;
    case ValueNode::Kind::kStruct: {
      auto& entries = duckdb::StructVector::GetEntries(vector);
      for (size_t i = 0; i < entries.size(); i++) bind(value.object->children[i].values[0], *entries[i]);
      break;
    }
    case ValueNode::Kind::kList:
    case ValueNode::Kind::kMap: {
      value.data = duckdb::FlatVector::GetData(vector);
      value.list_size = 0;
      value.list_capacity = duckdb::ListVector::GetListCapacity(vector);
      if (value.kind == ValueNode::Kind::kMap) {
        value.map_keys = &duckdb::MapVector::GetKeys(vector);
        bind(*value.element, duckdb::MapVector::GetValues(vector));
      } else {
        bind(*value.element, duckdb::ListVector::GetEntry(vector));
      }
      break;
    }
    case ValueNode::Kind::kDescend: break;
  }
}

void attach(ValueNode& value, const duckdb::buffer_ptr<duckdb::VectorBuffer>& arena) {
  if (value.kind == ValueNode::Kind::kScalar && (value.scalar.kind == ScalarKind::kVarchar || value.scalar.kind == ScalarKind::kBlob)) {
    duckdb::StringVector::AddBuffer(*value.vector, arena);
  }
  if (value.kind == ValueNode::Kind::kMap) duckdb::StringVector::AddBuffer(*value.map_keys, arena);
  if (value.kind == ValueNode::Kind::kStruct) {
    for (ObjectNode::Child& child : value.object->children) attach(child.values[0], arena);
  }
  if (value.element) attach(*value.element, arena);
}

void finish_lists(ValueNode& value) {
  if (value.kind == ValueNode::Kind::kStruct) {
    for (ObjectNode::Child& child : value.object->children) finish_lists(child.values[0]);
  }
  if (!value.element) return;
  duckdb::ListVector::SetListSize(*value.vector, value.list_size);
  finish_lists(*value.element);
}

void reserve_element(ValueNode& list) {
  if (list.list_size < list.list_capacity) return;
  duckdb::ListVector::Reserve(*list.vector, list.list_size + 1);
  list.list_capacity = duckdb::ListVector::GetListCapacity(*list.vector);
  rebind(*list.element);
}

}  // namespace deltastream::format::json
