#pragma once
// What a transaction has seen of an attached folder: each table in one version.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "duckdb/common/reference_map.hpp"
#include "duckdb/transaction/transaction.hpp"
#include "duckdb/transaction/transaction_manager.hpp"

namespace deltastream::engine {

class FolderTransaction final : public duckdb::Transaction {
 public:
  using duckdb::Transaction::Transaction;
  // By schema, name and time travel.
  std::map<std::string, duckdb::unique_ptr<duckdb::TableCatalogEntry>> tables;
  std::mutex mutex;
};

class FolderTransactions final : public duckdb::TransactionManager {
 public:
  using duckdb::TransactionManager::TransactionManager;

  duckdb::Transaction& StartTransaction(duckdb::ClientContext& context) override {
    auto transaction = duckdb::make_uniq<FolderTransaction>(*this, context);
    std::lock_guard lock(mutex_);
    duckdb::Transaction& started = *transaction;
    running_[started] = std::move(transaction);
    return started;
  }
  duckdb::ErrorData CommitTransaction(duckdb::ClientContext&, duckdb::Transaction& transaction) override {
    RollbackTransaction(transaction);
    return {};
  }
  void RollbackTransaction(duckdb::Transaction& transaction) override {
    std::lock_guard lock(mutex_);
    running_.erase(transaction);
  }
  void Checkpoint(duckdb::ClientContext&, bool) override {}

 private:
  std::mutex mutex_;
  duckdb::reference_map_t<duckdb::Transaction, duckdb::unique_ptr<FolderTransaction>> running_;
};

}  // namespace deltastream::engine
