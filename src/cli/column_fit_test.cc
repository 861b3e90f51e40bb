#include "cli/column_fit.h"

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

size_t width(const ColumnFit& fit, size_t between) {
  size_t sum = 0;
  for (size_t i = 0; i < fit.shown.size(); i++) {
    sum += fit.widths[fit.shown[i]] + (i ? between : 0);
    if (i && fit.shown[i] != fit.shown[i - 1] + 1) sum += 1 + between;
  }
  return sum;
}

TEST(ColumnFit, WhatFitsStays) {
  ColumnFit fit = fit_columns({5, 10}, {5, 10}, 18, 3);
  EXPECT_EQ(fit.widths, (std::vector<size_t>{5, 10}));
  EXPECT_EQ(fit.shown, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(fit_columns({500, 10}, {12, 10}, 0, 3).widths[0], 500u) << "no bound";
}

TEST(ColumnFit, TheWidestIsNarrowedFirst) {
  ColumnFit fit = fit_columns({5, 60, 70}, {5, 12, 12}, 80, 3);
  EXPECT_EQ(fit.widths[0], 5u);
  EXPECT_EQ(fit.shown.size(), 3u);
  EXPECT_EQ(width(fit, 3), 80u);
  EXPECT_EQ(fit.widths[1], 35u);
  EXPECT_EQ(fit.widths[2], 34u);
}

TEST(ColumnFit, ColumnsAreLeftOutInTheMiddle) {
  const std::vector<size_t> many(20, 12);
  ColumnFit fit = fit_columns(many, many, 80, 3);
  EXPECT_EQ(fit.shown.front(), 0u);
  EXPECT_EQ(fit.shown.back(), 19u);
  EXPECT_EQ(fit.shown.size(), 5u);
  EXPECT_LE(width(fit, 3), 80u);
}

TEST(ColumnFit, EveryRoomIsKept) {
  const std::vector<size_t> wanted{3, 40, 9, 1, 25, 80, 12}, least{3, 12, 9, 1, 12, 12, 12};
  for (size_t room = 1; room < 200; room++) EXPECT_LE(width(fit_columns(wanted, least, room, 3), 3), room) << room;
}

}  // namespace
}  // namespace deltastream::cli
